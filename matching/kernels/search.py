"""Top-k search of a query with upper bounds that save reading most rows (blocks.py).

A row is one posting; adjacent rows form a group. For each term a group has a ceiling, the greatest weight of
the term in any of its rows, and each row has a sketch: its weights, one byte each. Both are rounded up to a
multiple of 1/255 of the term's greatest weight, so their sum is never below a score.
"""

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.cpython.unsafe.numbers import trailing_zeros
from numba.extending import intrinsic

from matching.kernels.base import f4, f8, helper, i8, kernel, u8

BUCKETS = 512
AHEAD = 4
ROUNDING = 1.0001
"""Factor that covers the error of adding up ceilings in single precision (2e-5 for 300 terms)."""


@helper
def worse(scores, rows, ids, a, b):
    """Return whether heap entry a is worse than b: a lower score, or the same with a higher id."""
    if scores[a] != scores[b]:
        return scores[a] < scores[b]
    return ids[rows[a]] > ids[rows[b]]


@helper
def swap(scores, rows, a, b):
    score, row = scores[a], rows[a]
    scores[a], rows[a] = scores[b], rows[b]
    scores[b], rows[b] = score, row


@helper
def sink(scores, rows, ids, size, place):
    """Sift an entry of the heap down; the worst is at the root."""
    while True:
        child = 2 * place + 1
        if child >= size:
            return
        if child + 1 < size and worse(scores, rows, ids, child + 1, child):
            child += 1
        if not worse(scores, rows, ids, child, place):
            return
        swap(scores, rows, child, place)
        place = child


@helper
def offer(scores, rows, ids, size, k, score, row):
    """Add a row to the heap of the k best if it belongs there; return the heap's size."""
    if size < k:
        place = size
        scores[place], rows[place] = score, row
        while place > 0:
            parent = (place - 1) // 2
            if not worse(scores, rows, ids, place, parent):
                break
            swap(scores, rows, place, parent)
            place = parent
        return size + 1
    if score > scores[0] or (score == scores[0] and ids[row] < ids[rows[0]]):
        scores[0], rows[0] = score, row
        sink(scores, rows, ids, size, 0)
    return size


@helper
def settle(scores, rows, ids, size):
    """Sort the heap into a list, best first."""
    left = size
    while left > 1:
        left -= 1
        swap(scores, rows, 0, left)
        sink(scores, rows, ids, left, 0)


@helper
def score_of(doc_start, doc_terms, doc_weights, weight_of, row):
    """Return the exact score of a row; always summed in this order, so that equal rows score equal.

    Four independent sums avoid waiting for each addition.
    """
    at, end = doc_start[row], doc_start[row + 1]
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    while at + 4 <= end:
        a += weight_of[doc_terms[at]] * f8(doc_weights[at])
        b += weight_of[doc_terms[at + 1]] * f8(doc_weights[at + 1])
        c += weight_of[doc_terms[at + 2]] * f8(doc_weights[at + 2])
        d += weight_of[doc_terms[at + 3]] * f8(doc_weights[at + 3])
        at += 4
    while at < end:
        a += weight_of[doc_terms[at]] * f8(doc_weights[at])
        at += 1
    return (a + b) + (c + d)


@intrinsic
def prefetch(typingctx, pointer, place):
    """Prefetch the cache line of an element."""

    def generate(context, builder, signature, arguments):
        address = builder.gep(arguments[0], [arguments[1]])
        bytes_ = builder.bitcast(address, ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [bytes_.type, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [bytes_, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(pointer, place), generate


@helper
def fetch(sketch_start, slots, levels, row):
    for at in range(sketch_start[row], sketch_start[row + 1], 32):
        prefetch(slots, at)
    for at in range(sketch_start[row], sketch_start[row + 1], 64):
        prefetch(levels, at)


@njit(error_model="numpy", boundscheck=False, fastmath=True)
def ceiling_of(sketch_start, slots, levels, unit_of, row):
    """Return the upper bound of a row's score from its sketch; ROUNDING covers the order of addition."""
    total = f4(0.0)
    for at in range(sketch_start[row], sketch_start[row + 1]):
        total += unit_of[slots[at]] * f4(levels[at])
    return total


@helper
def consider(
    doc_start, doc_terms, doc_weights, ids, sketch_start, slots, levels, weight_of, unit_of, k, scores, rows,
    count, row,
):  # fmt: skip
    """Score a row if its sketch can reach the k best; return the heap's size."""
    ceiling = ceiling_of(sketch_start, slots, levels, unit_of, row)
    if count == k and f8(ceiling) * ROUNDING < scores[0]:
        return count
    score = 0.0
    if ceiling > 0.0:
        score = score_of(doc_start, doc_terms, doc_weights, weight_of, row)
    return offer(scores, rows, ids, count, k, score, row)


@kernel("i8 i8* i4* f4* i8* i8 u1* i8 i4* f8* i8 f8* f8* i8*")
def best_by_scan(
    size, doc_start, doc_terms, doc_weights, ids, has_filter, allowed, terms, query_terms, query_weights,
    k, weight_of, scores, rows,
):  # fmt: skip
    """Find the k best rows by scoring each allowed one: for few rows, and as the reference implementation.

    In every search `weight_of` is all zeros, one per term, before and after the call; `scores` and `rows`
    receive the result, best first; the return value is its length.
    """
    for i in range(terms):
        weight_of[query_terms[i]] = query_weights[i]
    count = 0
    for row in range(size):
        if not has_filter or allowed[row]:
            score = score_of(doc_start, doc_terms, doc_weights, weight_of, row)
            count = offer(scores, rows, ids, count, k, score, row)
    for i in range(terms):
        weight_of[query_terms[i]] = 0.0
    settle(scores, rows, ids, count)
    return count


@kernel(
    "i8 i8* i4* f4* i8*"  # rows: how many, their terms and weights, ids
    " f4* i4* i8* u2* u1* i8 i8* i4* u1* i4* u1* i8"  # blocks.Ceilings
    " i8 u8* i8"  # filtered or not, which rows are allowed, how many are
    " i8 i4* f8* i8 f8* f4*"  # query: terms and weights; k; weight_of, unit_of: zeros
    " i8* f4* i4*"  # room to work in (blocks.Room)
    " f8* i8*"  # out
)
def best_by_ceilings(
    size, doc_start, doc_terms, doc_weights, ids,
    scale, slot_of, sketch_start, slots, levels, group_size,
    pair_start, pair_group, pair_top, line_of, line_top, groups,
    has_filter, allowed, passing_count, terms, query_terms, query_weights, k, weight_of, unit_of,
    ahead, ceiling, order,
    scores, rows,
):  # fmt: skip
    """Find the exact k best rows: groups by falling ceiling, until no ceiling reaches the k-th best.

    Block-max pruning as in Mallia, Suel and Tonellotto, 'Faster Learned Sparse Retrieval with Block-Max
    Pruning' (SIGIR 2024); within a block a row's sketch decides whether the row is read. When few rows are
    allowed, groups are skipped (`groups` is 0) and the sketch of each allowed row is checked.
    """
    for i in range(terms):
        term = query_terms[i]
        unit = f4(query_weights[i]) * scale[term]
        weight_of[term] = query_weights[i]
        slot = slot_of[term]
        unit_of[slot] = max(unit_of[slot], unit)
    count, checked, prefetched, turn = 0, 0, 0, 0
    every = u8(0x0101010101010101)
    places = groups
    if groups:
        for group in range(groups):
            ceiling[group] = 0.0
        # A term in many groups has a dense line of ceilings; any other a list of pairs.
        for i in range(terms):
            term = query_terms[i]
            unit = f4(query_weights[i]) * scale[term]
            line = line_of[term]
            if line >= 0:
                base = i8(line) * groups
                for group in range(groups):
                    ceiling[group] += unit * f4(line_top[base + group])
            else:
                for pair in range(pair_start[term], pair_start[term + 1]):
                    ceiling[pair_group[pair]] += unit * f4(pair_top[pair])
        # Bucket sort of the groups by falling ceiling.
        highest = f4(0.0)
        for group in range(groups):
            highest = max(highest, ceiling[group])
        steps = f4(BUCKETS - 1) / (highest + f4(1e-30))
        for bucket in range(BUCKETS + 1):
            order[groups + bucket] = 0
        for group in range(groups):
            order[groups + BUCKETS - i8(ceiling[group] * steps)] += 1
        for bucket in range(1, BUCKETS + 1):
            order[groups + bucket] += order[groups + bucket - 1]
        for group in range(groups - 1, -1, -1):
            bucket = groups + BUCKETS - i8(ceiling[group] * steps)
            order[bucket] -= 1
            order[order[bucket]] = group
    else:
        places = (size + group_size - 1) // group_size
    for place in range(places):
        group = i8(place)
        if groups:
            group = i8(order[place])
            if count == k and f8(ceiling[group]) * ROUNDING < scores[0]:
                if f8(i8(ceiling[group] * steps) + 1) / f8(steps) * ROUNDING < scores[0]:
                    break  # no group of this bucket or a lower one can hold a better row
                continue
        elif checked == passing_count:
            break
        # Eight rows at a time: `allowed` has a byte per row and is zero-padded to a whole word.
        for word in range(group * group_size // 8, (min(group * group_size + group_size, size) + 7) // 8):
            left = allowed[word] if has_filter else every
            while left:
                shift = trailing_zeros(left) & ~u8(7)
                left &= ~(u8(255) << shift)
                row = word * 8 + i8(shift >> u8(3))
                if row >= size:
                    break
                # A row is scored AHEAD rows after its prefetch, when it has arrived from memory.
                fetch(sketch_start, slots, levels, row)
                checked += 1
                if prefetched == AHEAD:
                    count = consider(
                        doc_start, doc_terms, doc_weights, ids, sketch_start, slots, levels,
                        weight_of, unit_of, k, scores, rows, count, ahead[turn],
                    )  # fmt: skip
                else:
                    prefetched += 1
                ahead[turn] = row
                turn = (turn + 1) % AHEAD
    for i in range(prefetched):
        count = consider(
            doc_start, doc_terms, doc_weights, ids, sketch_start, slots, levels, weight_of, unit_of,
            k, scores, rows, count, ahead[i],
        )  # fmt: skip
    for i in range(terms):
        weight_of[query_terms[i]] = 0.0
        unit_of[slot_of[query_terms[i]]] = 0.0
    settle(scores, rows, ids, count)
    return count


@kernel("i8 i8* i4* f4* i8 i4* i8* f4*")
def count_pairs(size, doc_start, doc_terms, doc_weights, group_size, last, pairs, top):
    """Count the groups of each term (`pairs`) and find its greatest weight; `last` is filled with -1."""
    for row in range(size):
        group = row // group_size
        for at in range(doc_start[row], doc_start[row + 1]):
            term = doc_terms[at]
            top[term] = max(top[term], doc_weights[at])
            if last[term] != group:
                last[term] = group
                pairs[term] += 1
    return 0


@kernel("i8 i8* i4* f4* f4* i4* i8* u2* u1* i8 i8* i4* u1* i4* u1* i8 i4* i8*")
def fill_ceilings(
    size, doc_start, doc_terms, doc_weights,
    scale, slot_of, sketch_start, slots, levels, group_size,
    pair_start, pair_group, pair_top, line_of, line_top, groups, last, filled_pairs,
):  # fmt: skip
    """Fill the sketches and the ceilings of every term in every group; `last` is filled with -1, all
    else with zeros.
    """
    for row in range(size):
        group = row // group_size
        for at in range(doc_start[row], doc_start[row + 1]):
            term = doc_terms[at]
            exact = f8(doc_weights[at]) / f8(scale[term])
            level = i8(exact)
            if f8(level) < exact:
                level += 1
            level = min(level, 255)  # `scale` is rounded up, so the greatest level is 255
            sketch = sketch_start[row] + at - doc_start[row]
            slots[sketch] = slot_of[term]
            levels[sketch] = level
            line = line_of[term]
            if line >= 0:
                place = i8(line) * groups + group
                line_top[place] = max(line_top[place], level)
                continue
            if last[term] != group:
                last[term] = group
                pair_group[pair_start[term] + filled_pairs[term]] = group
                filled_pairs[term] += 1
            place = pair_start[term] + filled_pairs[term] - 1
            pair_top[place] = max(pair_top[place], level)
    return 0
