"""Hard facts over all rows in one pass (facts.Judge)."""

from matching.kernels.base import f8, helper, i4, kernel

REGION, DISTANCE, PAY, EDUCATION, EXPERIENCE, CERTIFICATE, EMPLOYER, SHIFT, TRAVEL = range(9)
"""Indexes of `counts` in the order of facts.KINDS, then the considered, passing and closed rows."""
CONSIDERED_ROWS, PASSING_ROWS, CLOSED_ROWS = 9, 10, 11


@helper
def among(values, count, value):
    for i in range(count):
        if values[i] == value:
            return True
    return False


@kernel(
    "i8 i8 i8* i8* i8 i8 i8 u1*"  # first and last row; opens, expires, now, closed ones too; what is left out
    " i8* i8* i8 i8*"  # region: from, to; the person's ranges
    " f8* f8* f8* i8 f8 f8 f8 f8"  # place on the sphere; limited or not, home, greatest squared chord
    " i4* i8 i4* i8"  # pay_to, lowest pay; education asked, the person's
    " i4* f8 i8* i8 i8* f8"  # experience asked, years; occupation, related groups, years with service
    " u8* u8 i8* i8 i8* i4* i8 i8"  # certificates, not held; employer, blocked; flags: shift, travel refused
    " i8 i4* u1* i8*"  # kinds that do not exclude; room; out: allowed, counts
)
def judge(
    begin, end, opens, expires, now, closed_too, has_left_out, left_out,
    region_from, region_to, regions, region,
    x, y, z, limited, home_x, home_y, home_z, chord,
    pay_to, lowest_pay, education, own_education,
    experience, years, occupation, related_groups, related, years_related,
    certificates, not_held, employer, blocked_employers, blocked, flags, no_shift, no_travel,
    relaxed, failed, allowed, counts,
):  # fmt: skip
    """Check which rows are open and meet every hard fact of a person; count the failures by kind of fact.

    One column at a time over a group of rows, so that the compiler can vectorise.
    """
    closed_mask = i4(1 << 15)
    for start in range(begin, end, 256):
        rows = min(256, end - start)
        closed_count = 0
        for i in range(rows):
            row = start + i
            is_closed = (now < opens[row]) | (now >= expires[row])
            failed[i] = closed_mask if is_closed and not closed_too else i4(0)
            closed_count += is_closed
        if has_left_out:
            for i in range(rows):
                failed[i] |= closed_mask if left_out[start + i] else i4(0)
        if regions:
            for i in range(rows):
                inside = False
                for r in range(regions):
                    inside |= (
                        region_from[start + i] < region[2 * r + 1] and region_to[start + i] > region[2 * r]
                    )
                failed[i] |= i4(0) if inside else i4(1 << REGION)
        if limited:
            for i in range(rows):
                dx, dy, dz = x[start + i] - home_x, y[start + i] - home_y, z[start + i] - home_z
                failed[i] |= i4(1 << DISTANCE) if dx * dx + dy * dy + dz * dz > chord else i4(0)
        for i in range(rows):
            failed[i] |= i4(1 << PAY) if i4(0) < pay_to[start + i] < lowest_pay else i4(0)
        for i in range(rows):
            failed[i] |= i4(1 << EDUCATION) if education[start + i] > own_education else i4(0)
        for i in range(rows):
            failed[i] |= i4(1 << CERTIFICATE) if (certificates[start + i] & not_held) != 0 else i4(0)
        for i in range(rows):
            failed[i] |= i4(1 << EXPERIENCE) if f8(experience[start + i]) > years else i4(0)
        if related_groups:
            for i in range(rows):
                required_years = f8(experience[start + i])
                may_count = required_years > years and required_years <= years_related
                if may_count and among(related, related_groups, occupation[start + i] // 100):
                    failed[i] &= ~i4(1 << EXPERIENCE)
        if blocked_employers:
            for i in range(rows):
                if among(blocked, blocked_employers, employer[start + i]):
                    failed[i] |= i4(1 << EMPLOYER)
        if no_shift or no_travel:
            for i in range(rows):
                refusals = (flags[start + i] & 1) * no_shift * (1 << SHIFT)
                refusals |= ((flags[start + i] >> 1) & 1) * no_travel * (1 << TRAVEL)
                failed[i] |= i4(refusals)
        considered_count, passing_count = 0, 0
        for i in range(rows):
            failures = failed[i]
            failed[i] = failures if failures < closed_mask else closed_mask  # a closed row fails nothing else
            considered_count += failures < closed_mask
            passes = (failed[i] & ~i4(relaxed)) == 0
            allowed[start + i] = passes
            passing_count += passes
        counts[CLOSED_ROWS] += closed_count
        counts[CONSIDERED_ROWS] += considered_count
        counts[PASSING_ROWS] += passing_count
        for kind in range(9):
            failures = i4(0)
            for i in range(rows):
                failures += (failed[i] >> kind) & 1
            counts[kind] += failures
    return 0
