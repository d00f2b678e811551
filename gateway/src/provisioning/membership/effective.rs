//! Decides which requested group takes effect, and what a change of one group means for the app. No I/O.
//!
//! Clients know nothing of an app's one group per user: they add a user to several groups, remove them from one, push a group again.
//! The app is told the outcome only.

use super::super::gaps::Rule;
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
pub(super) struct MemberState<'w> {
    /// The groups that were requested for them.
    pub(super) wanted: &'w [Wanted],
    /// They have no account: the app is told nothing.
    pub(super) inactive: bool,
    /// Whether the app lists them in the group that changes, if that is known.
    pub(super) listed: Option<bool>,
}

/// What the app is told of one user.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MemberCalls {
    /// To add them to the group that changes, or to remove them from it.
    pub(super) own: Option<Wish>,
    /// To add them to these other groups.
    pub(super) join: Vec<String>,
}

/// The policy refuses: the user is in that other group.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InAnotherGroup(pub(super) String);

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

/// The app calls after adding a user to a group or removing them; `created` is the group's place in the order of creation. The same
/// change again makes the same calls again: the app may never have heard of it.
pub(super) fn calls_for(
    rule: Rule,
    (group, created): (&str, i64),
    wish: Wish,
    state: MemberState<'_>,
) -> Result<MemberCalls, InAnotherGroup> {
    let MemberState { wanted, inactive, listed } = state;
    let other = wanted.iter().find(|wanted| wanted.group != group);
    if let (Rule::One(GroupPolicy::Reject), Wish::In, Some(other)) = (rule, wish, other) {
        return Err(InAnotherGroup(other.group.clone()));
    }
    // Of someone whom the app did not know, only another attempt to add them makes sense.
    let is_unknown = !wanted.is_empty() && wanted.iter().all(|wanted| wanted.pending);
    if inactive || (is_unknown && wish == Wish::Out) {
        return Ok(MemberCalls::default());
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
        // Also where it is not the effective group: an app that only puts one group before the others must forget the others, too.
        Wish::Out => (listed != Some(false)).then_some(Wish::Out),
    };
    let join = after.difference(&before).filter(|other| **other != group).map(|other| (*other).to_owned()).collect();
    Ok(MemberCalls { own, join })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATEST: Rule = Rule::One(GroupPolicy::LatestGroup);
    const FIRST: Rule = Rule::One(GroupPolicy::FirstWins);
    const REJECT: Rule = Rule::One(GroupPolicy::Reject);

    /// Groups a, b, c were created in that order; the memberships were requested in the order given.
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

    fn outcome(rule: Rule, before: &str, wish: Wish, group: char) -> Result<(Option<Wish>, String), InAnotherGroup> {
        let state = MemberState { wanted: &wanted(before), inactive: false, listed: None };
        let calls = calls_for(rule, (&group.to_string(), created(group)), wish, state)?;
        Ok((calls.own, calls.join.concat()))
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
            // They join their first group, a later one, an earlier one; and again.
            (LATEST, "", In, 'a', (Some(In), "")),
            (LATEST, "a", In, 'b', (Some(In), "")),
            (LATEST, "b", In, 'a', (None, "")),
            (LATEST, "ab", In, 'b', (Some(In), "")),
            (LATEST, "ab", In, 'a', (None, "")),
            // They leave the effective group, another one, their last one, one that they were never in.
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
        assert_eq!(outcome(REJECT, "b", In, 'c'), Err(InAnotherGroup("b".to_owned())));
    }

    #[test]
    fn the_app_is_told_nothing_of_who_has_no_account() {
        let wanted = wanted("ab");
        for wish in [Wish::In, Wish::Out] {
            let state = MemberState { wanted: &wanted, inactive: true, listed: None };
            assert_eq!(calls_for(LATEST, ("b", created('b')), wish, state), Ok(MemberCalls::default()));
        }
    }

    #[test]
    fn whom_the_app_did_not_know_is_tried_again_and_never_taken_out() {
        let mut wanted = wanted("a");
        wanted[0].pending = true;
        let state = MemberState { wanted: &wanted, inactive: false, listed: None };
        assert_eq!(calls_for(LATEST, ("a", created('a')), Wish::Out, state), Ok(MemberCalls::default()));
        let calls = calls_for(LATEST, ("b", created('b')), Wish::In, state).unwrap();
        assert_eq!(calls, MemberCalls { own: Some(Wish::In), ..MemberCalls::default() });
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
            let state = MemberState { wanted: &wanted, inactive: false, listed: Some(listed) };
            assert_eq!(calls_for(LATEST, ("a", created('a')), wish, state).unwrap().own, own, "{wish:?} {listed}");
        }
    }
}
