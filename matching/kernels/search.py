"""The best rows of a query, and the ceilings that save reading the others (blocks.py).

A row is one posting; neighbouring rows make a group. For each term a group has a ceiling, the greatest weight
of the term in any of its rows, and each row has a sketch: its weights, one byte each. Both are rounded up to
a whole number of 255ths of the term's greatest weight, so what they add up to is never below a score.
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
"""Ceilings are added up in single precision; so much above them no score can be (300 terms err by 2e-5)."""


@helper
def worse(scores, rows, ids, a, b):
    """Whether place a of the heap holds a worse match than place b: a lower score, or a higher id at the
    same.
    """
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
    """Let the match at a place of the heap sink below all worse ones; the worst stands on top."""
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
    """Put a row into the heap of the k best when it belongs there; returns the heap's size."""
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
    """Turn the heap into a list, best first."""
    left = size
    while left > 1:
        left -= 1
        swap(scores, rows, 0, left)
        sink(scores, rows, ids, left, 0)


@helper
def score_of(doc_start, doc_terms, doc_weights, weight_of, row):
    """The exact score of one row. Every way to a score adds up in this order, so that equal rows score equal.

    Four sums at a time: one alone would wait for each of its additions.
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
    """Ask for the cache line of an element before it is needed."""

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
    """What the score of a row cannot exceed, by its sketch. In any order of addition: ROUNDING covers it."""
    total = f4(0.0)
    for at in range(sketch_start[row], sketch_start[row + 1]):
        total += unit_of[slots[at]] * f4(levels[at])
    return total


@helper
def consider(
    doc_start, doc_terms, doc_weights, ids, sketch_start, slots, levels, weight_of, unit_of, k, scores, rows,
    found, row,
):  # fmt: skip
    """Score a row if its sketch can reach the k best; returns the heap's size."""
    ceiling = ceiling_of(sketch_start, slots, levels, unit_of, row)
    if found == k and f8(ceiling) * ROUNDING < scores[0]:
        return found
    score = 0.0
    if ceiling > 0.0:
        score = score_of(doc_start, doc_terms, doc_weights, weight_of, row)
    return offer(scores, rows, ids, found, k, score, row)


@kernel("i8 i8* i4* f4* i8* i8 u1* i8 i4* f8* i8 f8* f8* i8*")
def best_by_scan(
    size, doc_start, doc_terms, doc_weights, ids, filtered, allowed, terms, query_terms, query_weights,
    k, weight_of, scores, rows,
):  # fmt: skip
    """The k best rows by scoring each allowed one: for a handful of rows, and the measure of all other ways.

    As in every search: `weight_of` is zeros, one for each term, and is zeros again afterwards; `scores` and
    `rows` take the result, best first; returned is how many there are.
    """
    for i in range(terms):
        weight_of[query_terms[i]] = query_weights[i]
    found = 0
    for row in range(size):
        if not filtered or allowed[row]:
            score = score_of(doc_start, doc_terms, doc_weights, weight_of, row)
            found = offer(scores, rows, ids, found, k, score, row)
    for i in range(terms):
        weight_of[query_terms[i]] = 0.0
    settle(scores, rows, ids, found)
    return found


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
    filtered, allowed, passing, terms, query_terms, query_weights, k, weight_of, unit_of,
    ahead, ceiling, order,
    scores, rows,
):  # fmt: skip
    """The k best rows, exact: groups from the highest ceiling down, until no ceiling reaches the k-th best.

    Block-max pruning as in Mallia, Suel and Tonellotto, 'Faster Learned Sparse Retrieval with Block-Max
    Pruning' (SIGIR 2024); below the blocks a row's sketch decides whether the row itself is read. When few
    rows are allowed there are no groups to choose from (`groups` is 0): each allowed row's sketch is asked.
    """
    for i in range(terms):
        term = query_terms[i]
        unit = f4(query_weights[i]) * scale[term]
        weight_of[term] = query_weights[i]
        slot = slot_of[term]
        unit_of[slot] = max(unit_of[slot], unit)
    found, seen, waiting, turn = 0, 0, 0, 0
    every = u8(0x0101010101010101)
    places = groups
    if groups:
        for group in range(groups):
            ceiling[group] = 0.0
        # A term in many groups has a line of ceilings, one for each group; any other a list of pairs.
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
        # Groups by falling ceiling, to the precision of a bucket.
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
            if found == k and f8(ceiling[group]) * ROUNDING < scores[0]:
                if f8(i8(ceiling[group] * steps) + 1) / f8(steps) * ROUNDING < scores[0]:
                    break  # no group of this bucket or a lower one can hold a better row
                continue
        elif seen == passing:
            break
        # Eight rows at a time: `allowed` holds a byte a row, and zeros up to a whole word at its end.
        for word in range(group * group_size // 8, (min(group * group_size + group_size, size) + 7) // 8):
            left = allowed[word] if filtered else every
            while left:
                shift = trailing_zeros(left) & ~u8(7)
                left &= ~(u8(255) << shift)
                row = word * 8 + i8(shift >> u8(3))
                if row >= size:
                    break
                # A row waits for AHEAD others after it was asked for, and comes out of memory meanwhile.
                fetch(sketch_start, slots, levels, row)
                seen += 1
                if waiting == AHEAD:
                    found = consider(
                        doc_start, doc_terms, doc_weights, ids, sketch_start, slots, levels,
                        weight_of, unit_of, k, scores, rows, found, ahead[turn],
                    )  # fmt: skip
                else:
                    waiting += 1
                ahead[turn] = row
                turn = (turn + 1) % AHEAD
    for i in range(waiting):
        found = consider(
            doc_start, doc_terms, doc_weights, ids, sketch_start, slots, levels, weight_of, unit_of,
            k, scores, rows, found, ahead[i],
        )  # fmt: skip
    for i in range(terms):
        weight_of[query_terms[i]] = 0.0
        unit_of[slot_of[query_terms[i]]] = 0.0
    settle(scores, rows, ids, found)
    return found


@kernel("i8 i8* i4* f4* i8 i4* i8* f4*")
def count_pairs(size, doc_start, doc_terms, doc_weights, group_size, last, pairs, top):
    """How many groups each term stands in (`pairs`) and its greatest weight; `last` comes filled with -1."""
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
    pair_start, pair_group, pair_top, line_of, line_top, groups, last, used,
):  # fmt: skip
    """Sketches, and ceilings of every term in every group. `last` comes filled with -1, the rest with
    zeros.
    """
    for row in range(size):
        group = row // group_size
        for at in range(doc_start[row], doc_start[row + 1]):
            term = doc_terms[at]
            exact = f8(doc_weights[at]) / f8(scale[term])
            level = i8(exact)
            if f8(level) < exact:
                level += 1
            level = min(level, 255)  # `scale` was rounded up, so the greatest weight is 255 at most
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
                pair_group[pair_start[term] + used[term]] = group
                used[term] += 1
            place = pair_start[term] + used[term] - 1
            pair_top[place] = max(pair_top[place], level)
    return 0
