"""TMR's figures, one query after the other, from the description of its rule: a slow twin."""

import statistics

RECALLS = (1, 2, 3, 5, 10)


def tmr(scores, right):
    """R@k in percent and MedR of rows of scores; `right` says which items are right in each row."""
    columns = []
    for row, own in zip(scores, right, strict=True):
        best = max(score for score, is_right in zip(row, own, strict=True) if is_right)
        places = [place for place, score in enumerate(sorted(row, reverse=True)) if score == best]
        columns.append(sum(places) / len(places))
    found = {f"R@{k}": 100 * sum(column < k for column in columns) / len(columns) for k in RECALLS}
    return found | {"MedR": statistics.median(columns) + 1}
