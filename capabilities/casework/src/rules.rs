//! What may be done with a case, and where it stands after. Pure: the same rules decide, draw the buttons and
//! replay a history.

use crate::model::{State, Verb};
use crate::pack::{Stage, StageAct};

/// Where a case stands in its procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub state: State,
    /// The stage's place; of a returned case, the stage that waits for it.
    pub stage: usize,
    /// Whether it was accepted at some time.
    pub accepted: bool,
    /// Whether the clock stands for a special procedure.
    pub suspended: bool,
}

/// The step does not fit where the case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{verb:?} does not fit a case that is {state:?} in stage {stage}")]
pub struct NotNow {
    /// What was to be done.
    pub verb: Verb,
    /// The state.
    pub state: State,
    /// The stage's place.
    pub stage: usize,
}

impl Standing {
    /// A case that was just sent in.
    pub const fn submitted() -> Standing {
        Standing { state: State::Submitted, stage: 0, accepted: false, suspended: false }
    }

    /// Whose turn it is: the role of the stage, none when it is with the applicant or closed.
    pub fn role(self, stages: &[Stage]) -> Option<&str> {
        match self.state {
            State::Submitted | State::Accepted => stages.get(self.stage).map(|s| s.role.as_str()),
            _ => None,
        }
    }

    /// Where it stands after a step.
    pub fn after(self, stages: &[Stage], verb: Verb) -> Result<Standing, NotNow> {
        let refused = NotNow { verb, state: self.state, stage: self.stage };
        let last = stages.len().saturating_sub(1);
        let does = |act: StageAct| stages.get(self.stage).is_some_and(|s| s.does.contains(&act));
        let to = |state: State| Standing { state, suspended: false, ..self };
        use {State as S, Verb as V};
        if self.suspended {
            return match verb {
                V::Resume => Ok(to(self.state)),
                V::Withdraw => Ok(to(S::Withdrawn)),
                V::Flag | V::Recompute => Ok(self),
                _ => Err(refused),
            };
        }
        let next = match (verb, self.state) {
            (V::Accept, S::Submitted) if does(StageAct::Accept) => {
                Standing { state: S::Accepted, stage: last.min(1), accepted: true, ..self }
            }
            (V::Refuse, S::Submitted) if does(StageAct::Refuse) => to(S::NotAccepted),
            (V::Return, S::Submitted | S::Accepted) if does(StageAct::Return) => to(S::Returned),
            (V::Resubmit, S::Returned) => {
                to(if self.accepted { S::Accepted } else { S::Submitted })
            }
            (V::Advance, S::Accepted) if does(StageAct::Advance) && self.stage < last => {
                Standing { stage: self.stage + 1, ..self }
            }
            (V::Grant, S::Accepted) if does(StageAct::Grant) && self.stage == last => {
                to(S::Granted)
            }
            (V::Deny, S::Accepted) if does(StageAct::Deny) && self.stage == last => to(S::Denied),
            (V::Withdraw, S::Submitted | S::Returned | S::Accepted) => to(S::Withdrawn),
            (V::Flag | V::Recompute | V::Urge | V::Escalate, S::Submitted | S::Accepted) => self,
            (V::Suspend, S::Accepted) => Standing { suspended: true, ..self },
            (V::AskExtension | V::Extend | V::KeepLimit, S::Accepted) => self,
            (V::Opine, S::Accepted) if parallel(stages, self.stage) => self,
            _ => return Err(refused),
        };
        Ok(next)
    }

    /// Every department of a joint approval has answered: the case goes on, or back with what they ask for.
    pub fn joined(self, correct: bool) -> Standing {
        match correct {
            true => Standing { state: State::Returned, ..self },
            false => Standing { stage: self.stage + 1, ..self },
        }
    }

    /// The steps that fit now, for buttons and refusals.
    pub fn fitting(self, stages: &[Stage]) -> Vec<Verb> {
        Verb::ALL.iter().copied().filter(|verb| self.after(stages, *verb).is_ok()).collect()
    }
}

/// Whether a stage is a joint approval.
pub fn parallel(stages: &[Stage], place: usize) -> bool {
    stages.get(place).is_some_and(|stage| !stage.parallel.is_empty())
}

/// Where a history leads, of items whose history says it by its verbs alone (no step was taken back, and no departments
/// joined); `None` where it is empty or its steps do not follow one another.
pub fn replay(stages: &[Stage], verbs: &[Verb]) -> Option<Standing> {
    let (first, rest) = verbs.split_first()?;
    if *first != Verb::Submit {
        return None;
    }
    rest.iter().try_fold(Standing::submitted(), |standing, verb| standing.after(stages, *verb)).ok()
}

/// What is wrong with the acts of a stage at a place among so many, for authors of packs.
pub fn stage_mistakes(stage: &Stage, place: usize, count: usize) -> Vec<String> {
    use StageAct as A;
    let (first, last) = (place == 0, place + 1 == count);
    let mut mistakes = Vec::new();
    let mut need = |act: A, wanted: bool, why: &str| {
        let has = stage.does.contains(&act);
        if wanted && !has {
            mistakes.push(format!("{why} must do \"{}\"", act.word()));
        }
        if !wanted && has {
            mistakes.push(format!("\"{}\" belongs to {why} alone", act.word()));
        }
    };
    need(A::Accept, first, "the first stage");
    need(A::Grant, last, "the last stage");
    need(A::Deny, last, "the last stage");
    if stage.parallel.is_empty() {
        need(A::Advance, !first && !last, "a stage between the first and the last");
    } else {
        need(A::Advance, false, "a stage in which nobody works in parallel");
        if first || last {
            mistakes.push(
                "departments work in parallel between the first stage and the last".to_owned(),
            );
        }
    }
    if !first && stage.does.contains(&A::Refuse) {
        mistakes.push("\"refuse\" belongs to the first stage alone".to_owned());
    }
    for (index, act) in stage.does.iter().enumerate() {
        if stage.does[..index].contains(act) {
            mistakes.push(format!("\"{}\" stands twice", act.word()));
        }
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stages;
    use proptest::prelude::*;

    #[test]
    fn the_plain_way_leads_to_a_decision() {
        let stages = stages(3);
        use Verb as V;
        let history = [V::Submit, V::Accept, V::Advance, V::Grant];
        let standing = replay(&stages, &history).unwrap();
        assert_eq!(
            standing,
            Standing { state: State::Granted, stage: 2, accepted: true, suspended: false }
        );
        assert_eq!(standing.role(&stages), None);
        assert!(standing.fitting(&stages).is_empty());
    }

    #[test]
    fn a_return_goes_back_to_the_stage_that_made_it() {
        let stages = stages(2);
        use Verb as V;
        let before = replay(&stages, &[V::Submit, V::Return, V::Resubmit]).unwrap();
        assert_eq!(before.state, State::Submitted);
        let after = replay(&stages, &[V::Submit, V::Accept, V::Return, V::Resubmit]).unwrap();
        assert_eq!((after.state, after.stage), (State::Accepted, 1));
    }

    #[test]
    fn one_stage_accepts_and_decides() {
        let stages = stages(1);
        let standing = replay(&stages, &[Verb::Submit, Verb::Accept, Verb::Deny]).unwrap();
        assert_eq!(standing.state, State::Denied);
        assert!(replay(&stages, &[Verb::Submit, Verb::Deny]).is_none(), "not before acceptance");
    }

    #[test]
    fn what_does_not_fit_says_where_the_case_stands() {
        let refused = Standing::submitted().after(&stages(2), Verb::Grant).unwrap_err();
        assert_eq!(refused.state, State::Submitted);
        assert!(replay(&stages(2), &[Verb::Accept]).is_none());
        assert!(replay(&stages(2), &[]).is_none());
    }

    #[test]
    fn the_acts_of_a_stage_are_held_to_its_place() {
        let mut wrong = stages(3).remove(1);
        wrong.does = vec![StageAct::Accept, StageAct::Grant, StageAct::Accept, StageAct::Refuse];
        insta::assert_snapshot!(stage_mistakes(&wrong, 1, 3).join("\n"), @r#"
        "accept" belongs to the first stage alone
        "grant" belongs to the last stage alone
        a stage between the first and the last must do "advance"
        "refuse" belongs to the first stage alone
        "accept" stands twice
        "#);
        for count in 1..=4 {
            for (place, stage) in stages(count).iter().enumerate() {
                assert_eq!(stage_mistakes(stage, place, count), Vec::<String>::new());
            }
        }
    }

    proptest! {
        #[test]
        fn any_sequence_keeps_the_invariants(
            count in 1_usize..=4,
            verbs in proptest::collection::vec(0..Verb::ALL.len(), 0..40),
        ) {
            let stages = stages(count);
            let mut standing = Standing::submitted();
            let mut history = vec![Verb::Submit];
            for verb in verbs.into_iter().map(|v| Verb::ALL[v]) {
                let fits = standing.fitting(&stages).contains(&verb);
                match standing.after(&stages, verb) {
                    Ok(next) => {
                        prop_assert!(fits && standing.state.open(), "a closed case stays closed");
                        prop_assert!(!standing.accepted || next.accepted);
                        standing = next;
                        history.push(verb);
                    }
                    Err(_) => prop_assert!(!fits),
                }
                // Open means that somebody has it: a role, or the applicant.
                let with_role = standing.role(&stages).is_some();
                let with_applicant = standing.state == State::Returned;
                prop_assert_eq!(standing.state.open(), with_role || with_applicant);
                prop_assert!(!(with_role && with_applicant));
                prop_assert!(standing.stage < count);
                if standing.suspended {
                    prop_assert_eq!(standing.state, State::Accepted);
                    let fits = standing.fitting(&stages);
                    prop_assert!(fits.contains(&Verb::Resume) && fits.contains(&Verb::Withdraw));
                }
                if matches!(standing.state, State::Accepted | State::Granted | State::Denied) {
                    prop_assert!(standing.accepted);
                }
            }
            prop_assert_eq!(replay(&stages, &history), Some(standing));
        }
    }
}
