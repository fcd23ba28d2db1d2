"""Choices that more than one room uses, each with the Chinese label beside it."""

from django.db import models


class Education(models.IntegerChoices):
    """Highest education (学历), ordered: a higher value meets a lower demand."""

    JUNIOR = 0, "初中及以下"
    SECONDARY = 1, "高中/中专/技校"
    COLLEGE = 2, "大专"
    BACHELOR = 3, "本科"
    GRADUATE = 4, "研究生"


class RegionLevel(models.TextChoices):
    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县（市、区）"
    TOWN = "town", "镇（街道）"
    VILLAGE = "village", "村（社区）"


class CertificateKind(models.TextChoices):
    """Certificates (证书) that positions ask for and veterans hold.

    The same codes as matching/data/certificates.csv, which also says which licence covers which.
    """

    DRIVING_A1 = "driving_a1", "机动车驾驶证A1"
    DRIVING_A2 = "driving_a2", "机动车驾驶证A2"
    DRIVING_A3 = "driving_a3", "机动车驾驶证A3"
    DRIVING_B1 = "driving_b1", "机动车驾驶证B1"
    DRIVING_B2 = "driving_b2", "机动车驾驶证B2"
    DRIVING_C1 = "driving_c1", "机动车驾驶证C1"
    DRIVING_C2 = "driving_c2", "机动车驾驶证C2"
    DRIVING_D = "driving_d", "机动车驾驶证D"
    DRIVING_E = "driving_e", "机动车驾驶证E"
    ROAD_TRANSPORT = "road_transport", "道路运输从业资格证"
    DANGEROUS_GOODS = "dangerous_goods", "危险货物运输从业资格证"
    FORKLIFT = "forklift_n1", "叉车证N1"
    CRANE = "crane_q2", "起重机作业证"
    EXCAVATOR = "excavator", "工程机械操作证"
    ELECTRICIAN_LOW = "electrician_low", "低压电工作业证"
    ELECTRICIAN_HIGH = "electrician_high", "高压电工作业证"
    WELDER = "welder", "焊接与热切割作业证"
    WORKING_AT_HEIGHT = "working_at_height", "高处作业证"
    BOILER = "boiler", "锅炉操作证"
    REFRIGERATION = "refrigeration", "制冷与空调作业证"
    SECURITY_GUARD = "security_guard", "保安员证"
    FIRE_FACILITY = "fire_facility", "消防设施操作员证"
    CHEF = "chef", "中式烹调师证"
    FOOD_HEALTH = "food_health", "健康证"
    NURSE = "nurse", "护士执业证"
    DOCTOR = "doctor", "执业医师证"
    EMERGENCY_RESCUER = "emergency_rescuer", "救护员证"
    SAFETY_ENGINEER = "safety_engineer", "注册安全工程师"
    ACCOUNTANT = "accountant", "会计专业技术资格"
    TEACHER = "teacher", "教师资格证"
    SOCIAL_WORKER = "social_worker", "社会工作者证"
    HR = "hr", "企业人力资源管理师"
    COMPUTER = "computer", "计算机等级证"
    UAV = "uav", "无人机驾驶执照"
    SEAFARER = "seafarer", "船员适任证书"
    AVIATION_MAINTENANCE = "aviation_maintenance", "民用航空器维修执照"
    SURVEYOR = "surveyor", "测绘资格证"
    AUTO_REPAIR = "auto_repair", "汽车维修工证"
    FITTER = "fitter", "钳工证"
    ELEVATOR = "elevator", "特种设备作业-电梯T证"
    PRESSURE_VESSEL = "pressure_vessel", "压力容器作业证"
    BLASTER = "blaster", "爆破作业证"
    PSYCHOLOGIST = "psychologist", "心理咨询证"
    LIFEGUARD = "lifeguard", "救生员证"
    COACH = "coach", "社会体育指导员证"
    LOGISTICS = "logistics", "物流师证"
    TRANSLATOR = "translator", "翻译资格证"
    PROPERTY_MANAGER = "property_manager", "物业管理师"


class Shift(models.TextChoices):
    DAY = "day", "白班"
    TWO_SHIFT = "two_shift", "两班倒"
    THREE_SHIFT = "three_shift", "三班倒"
    NIGHT = "night", "夜班"
    FLEXIBLE = "flexible", "弹性"
