"""Examples of matching: each runs as a command and prints what is recorded here."""

import subprocess
import sys

RANK_POSITIONS = """\
4 of 10 open positions meet every hard fact
1. A2货车司机  score 0.366
     0.275  汽车驾驶员 → 道路货运汽车驾驶员
     0.080  持有A2驾照
     0.011  技能相符：车辆
     fact   距离住处 5 公里
     fact   在意向地区
     fact   月薪 5000–7000 元，达到期望
     fact   服役 12 年从事相近工作，计入工作经历
     fact   退役军人优先
2. 车队调度员  score 0.121
     0.121  汽车驾驶员 → 道路运输调度员
     fact   距离住处 19 公里
     fact   在意向地区
     fact   月薪 5000–7000 元，达到期望
3. 汽车维修工  score 0.087
     0.062  技能相符：维修、维修保养、车辆
     0.026  汽车驾驶员 → 汽车代驾员
     fact   距离住处 5 公里
     fact   在意向地区
     fact   月薪 5000–7000 元，达到期望
4. 中式烹调师  score 0.000
     fact   距离住处 5 公里
     fact   在意向地区
     fact   月薪 5000–7000 元，达到期望
not recommended:
-  公交车驾驶员: 缺少A1驾照（军车驾驶证须先换领地方驾驶证）
-  叉车司机: 缺少叉车证N1
-  长途货运司机: 岗位需要出差，与意愿不符
-  货车司机: 距离住处 93 公里，超过可接受的 40 公里
-  送货司机: 月薪 3500–4500 元低于期望 5000 元
-  会计: 要求大专学历，本人为高中/中专/技校
"""


def test_rank_positions_prints_scores_reasons_and_exclusions() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "matching.examples.rank_positions"], capture_output=True, text=True, check=True
    )
    assert result.stdout == RANK_POSITIONS
    assert result.stderr == ""
