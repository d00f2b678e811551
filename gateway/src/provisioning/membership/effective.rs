//! In which of the groups that want him a user is, and what a change of one group comes to in the app. No I/O.
//!
//! Clients know nothing of an app's one group per user: they put a user into several groups, take him out of one, push a
//! group again. The app is told the outcome only.

use super::super::standing::Rule;
use crate::config::GroupPolicy;
use crate::store::Wanted;
use std::collections::BTreeSet;

/// What a client wants of a user and a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    In,
    Out,
}

/// What is known of a user before a change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing<'w> {
    /// The groups that want him.
    pub(super) wanted: &'w [Wanted],
    /// He has no account: no app is told anything.
    pub(super) inactive: bool,
    /// Whether the app lists him in the group that changes, if that is known.
    pub(super) listed: Option<bool>,
}

/// What the app is told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// To put him into the group that changes, or to take him out.
    pub(super) own: Option<Wish>,
    /// To put him into these other groups.
    pub(super) join: Vec<String>,
}

/// The policy refuses: he is in that other group.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InAnother(pub(super) String);

/// The groups in which the app has the user.
pub(super) fn effective(rule: Rule, wanted: &[Wanted]) -> BTreeSet<&str> {
    let all = wanted.iter();
    let one = match rule {
        Rule::All => return all.map(|wanted| wanted.group.as_str()).collect(),
        Rule::One(GroupPolicy::LatestGroup) => all.max_by_key(|wanted| (wanted.created, &wanted.group)),
        Rule::One(GroupPolicy::FirstWins | GroupPolicy::Reject) => {
            all.min_by_key(|wanted| (wanted.since, wanted.created, &wanted.group))
        }
    };
    one.map(|wanted| wanted.group.as_str()).into_iter().collect()
}

/// What the app is told when a group, which has that place in the order of creation, wants a user or wants him no more. The
/// same change again is told again: it may be that the app never heard of it.
pub(super) fn told(
    rule: Rule,
    (group, created): (&str, i64),
    wish: Wish,
    standing: Standing<'_>,
) -> Result<Told, InAnother> {
    let Standing { wanted, inactive, listed } = standing;
    let other = wanted.iter().find(|wanted| wanted.group != group);
    if let (Rule::One(GroupPolicy::Reject), Wish::In, Some(other)) = (rule, wish, other) {
        return Err(InAnother(other.group.clone()));
    }
    // Of someone whom the app did not know, only another attempt to put him somewhere makes sense.
    let is_unknown = !wanted.is_empty() && wanted.iter().all(|wanted| wanted.pending);
    if inactive || (is_unknown && wish == Wish::Out) {
        return Ok(Told::default());
    }
    let is_wanted = wanted.iter().any(|wanted| wanted.group == group);
    let mut later: Vec<Wanted> =
        wanted.iter().filter(|wanted| wanted.group != group || wish == Wish::In).cloned().collect();
    if wish == Wish::In && !is_wanted {
        later.push(Wanted { group: group.to_owned(), since: i64::MAX, created, pending: false });
    }
    let (before, after) = (effective(rule, wanted), effective(rule, &later));
    let own = match wish {
        Wish::In if after.contains(group) => (listed != Some(true)).then_some(Wish::In),
        Wish::In => (listed == Some(true)).then_some(Wish::Out),
        // Also where he is not in effect: an app that only puts one group before the others must forget the others, too.
        Wish::Out => (listed != Some(false)).then_some(Wish::Out),
    };
    let join = after.difference(&before).filter(|other| **other != group).map(|other| (*other).to_owned()).collect();
    Ok(Told { own, join })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATEST: Rule = Rule::One(GroupPolicy::LatestGroup);
    const FIRST: Rule = Rule::One(GroupPolicy::FirstWins);
    const REJECT: Rule = Rule::One(GroupPolicy::Reject);

    /// Groups a, b, c were created in that order; the memberships were wanted in the order given.
    fn wanted(groups: &str) -> Vec<Wanted> {
        let membership = |(since, group): (usize, char)| Wanted {
            group: group.to_string(),
            since: since as i64,
            created: created(group),
            pending: false,
        };
        groups.chars().enumerate().map(membership).collect()
    }

    fn created(group: char) -> i64 {
        i64::from(u32::from(group))
    }

    fn outcome(rule: Rule, before: &str, wish: Wish, group: char) -> Result<(Option<Wish>, String), InAnother> {
        let standing = Standing { wanted: &wanted(before), inactive: false, listed: None };
        let told = told(rule, (&group.to_string(), created(group)), wish, standing)?;
        Ok((told.own, told.join.concat()))
    }

    #[test]
    fn one_group_is_effective_by_the_policy() {
        for (rule, groups, expected) in [
            (LATEST, "", ""),
            (LATEST, "b", "b"),
            (LATEST, "cab", "c"),
            (FIRST, "bca", "b"),
            (REJECT, "bca", "b"),
            (Rule::All, "bca", "abc"),
        ] {
            let wanted = wanted(groups);
            let found: String = effective(rule, &wanted).into_iter().collect();
            assert_eq!(found, expected, "{rule:?} {groups}");
        }
    }

    #[test]
    fn the_app_is_told_the_outcome_only() {
        use Wish::{In, Out};
        for (rule, before, wish, group, expected) in [
            // He comes into his first group, into a later one, into an earlier one; and again.
            (LATEST, "", In, 'a', (Some(In), "")),
            (LATEST, "a", In, 'b', (Some(In), "")),
            (LATEST, "b", In, 'a', (None, "")),
            (LATEST, "ab", In, 'b', (Some(In), "")),
            (LATEST, "ab", In, 'a', (None, "")),
            // He leaves the effective group, another one, his last one, one that never had him.
            (LATEST, "ab", Out, 'b', (Some(Out), "a")),
            (LATEST, "ab", Out, 'a', (Some(Out), "")),
            (LATEST, "a", Out, 'a', (Some(Out), "")),
            (LATEST, "", Out, 'a', (Some(Out), "")),
            (LATEST, "b", Out, 'a', (Some(Out), "")),
            (FIRST, "a", In, 'b', (None, "")),
            (FIRST, "ba", Out, 'b', (Some(Out), "a")),
            (REJECT, "b", In, 'b', (Some(In), "")),
            (REJECT, "b", Out, 'b', (Some(Out), "")),
            (Rule::All, "ab", In, 'c', (Some(In), "")),
            (Rule::All, "ab", Out, 'c', (Some(Out), "")),
            (Rule::All, "ab", Out, 'a', (Some(Out), "")),
        ] {
            let (own, join) = expected;
            let expected = Ok((own, join.to_owned()));
            assert_eq!(outcome(rule, before, wish, group), expected, "{rule:?} {before} {wish:?} {group}");
        }
        assert_eq!(outcome(REJECT, "b", In, 'c'), Err(InAnother("b".to_owned())));
    }

    #[test]
    fn nobody_is_told_of_who_has_no_account() {
        let wanted = wanted("ab");
        for wish in [Wish::In, Wish::Out] {
            let standing = Standing { wanted: &wanted, inactive: true, listed: None };
            assert_eq!(told(LATEST, ("b", created('b')), wish, standing), Ok(Told::default()));
        }
    }

    #[test]
    fn whom_the_app_did_not_know_is_tried_again_and_never_taken_out() {
        let mut wanted = wanted("a");
        wanted[0].pending = true;
        let standing = Standing { wanted: &wanted, inactive: false, listed: None };
        assert_eq!(told(LATEST, ("a", created('a')), Wish::Out, standing), Ok(Told::default()));
        let told = told(LATEST, ("b", created('b')), Wish::In, standing).unwrap();
        assert_eq!(told, Told { own: Some(Wish::In), ..Told::default() });
    }

    #[test]
    fn what_the_app_lists_already_it_is_not_told() {
        let wanted = wanted("a");
        for (wish, listed, own) in [
            (Wish::In, true, None),
            (Wish::In, false, Some(Wish::In)),
            (Wish::Out, true, Some(Wish::Out)),
            (Wish::Out, false, None),
        ] {
            let standing = Standing { wanted: &wanted, inactive: false, listed: Some(listed) };
            assert_eq!(told(LATEST, ("a", created('a')), wish, standing).unwrap().own, own, "{wish:?} {listed}");
        }
    }
}
