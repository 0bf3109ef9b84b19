//! The standard sort of many items in parts, so that the end of a run is seen in between.

use crate::vm::watch::Watch;
use std::cmp::Ordering;

/// So many items are sorted at once: well below a millisecond for numbers.
const PART: usize = 1 << 14;

/// Items of which some are looked at to find the borders of the parts, for each border.
const SAMPLES: usize = 8;

/// Sorts items, stable, by an order that must be total. False if the run is to end: then they are in no order.
pub(super) fn sort<T: Copy>(
    items: &mut [T],
    watch: &Watch,
    order: &impl Fn(&T, &T) -> Ordering,
) -> bool {
    if items.len() <= PART || items.is_sorted_by(|a, b| order(a, b).is_le()) {
        items.sort_by(order);
        return true;
    }
    let borders = borders(items, order);
    // Equal items are in one part, in the order in which they were.
    let mut counts = vec![0; borders.len() + 1];
    let mut part_of = Vec::with_capacity(items.len());
    for some in items.chunks(PART) {
        for item in some {
            let part = borders.partition_point(|border| order(border, item).is_le());
            counts[part] += 1;
            part_of.push(part as u16);
        }
        if watch.is_due() {
            return false;
        }
    }
    let mut places = Vec::with_capacity(counts.len());
    let mut start = 0;
    for count in &counts {
        places.push(start);
        start += count;
    }
    let from = items.to_vec();
    for (some, parts) in from.chunks(PART).zip(part_of.chunks(PART)) {
        for (item, part) in some.iter().zip(parts) {
            let place = &mut places[usize::from(*part)];
            items[*place] = *item;
            *place += 1;
        }
        if watch.is_due() {
            return false;
        }
    }
    let n = items.len();
    let mut rest = items;
    for count in counts {
        let (part, after) = rest.split_at_mut(count);
        rest = after;
        // A part as long as the whole has equal items, as good as all: the standard sort is done with them at once.
        let is_sorted = if part.len() < n {
            sort(part, watch, order)
        } else {
            part.sort_by(order);
            true
        };
        if !is_sorted || watch.is_due() {
            return false;
        }
    }
    true
}

/// Items that lie, in order, at about equal distances among all.
fn borders<T: Copy>(items: &[T], order: &impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let n_borders = (items.len() / (PART / 2)).min(1 << 10);
    let mut state = items.len() as u64;
    let mut samples: Vec<T> = (0..n_borders * SAMPLES)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            items[(state >> 33) as usize % items.len()]
        })
        .collect();
    samples.sort_by(order);
    samples.into_iter().step_by(SAMPLES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: u64, of: impl Fn(u64) -> u64) -> Vec<(u64, u64)> {
        (0..n).map(|i| (of(i), i)).collect()
    }

    #[test]
    fn many_items_are_sorted_as_the_standard_sort_does_it() {
        let n = 10 * PART as u64 + 7;
        let shapes = [
            numbers(n, |i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20),
            numbers(n, |i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 10),
            numbers(n, |i| i),
            numbers(n, |i| n - i),
            numbers(n, |_| 1),
            numbers(n, |i| u64::from(i == n / 2)),
            numbers(n, |i| i % (n / 2)),
        ];
        for shape in shapes {
            let (mut ours, mut theirs) = (shape.clone(), shape);
            theirs.sort_by_key(|pair| pair.0);
            assert!(sort(&mut ours, &Watch::default(), &|a, b| a.0.cmp(&b.0)));
            assert!(ours == theirs);
        }
    }

    #[test]
    fn it_ends_when_the_run_is_to_end() {
        let watch = Watch::default();
        watch
            .interrupted
            .store(true, std::sync::atomic::Ordering::Relaxed);
        let mut items = numbers(3 * PART as u64, |i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        assert!(!sort(&mut items, &watch, &|a, b| a.0.cmp(&b.0)));
    }
}
