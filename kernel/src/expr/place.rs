//! Which fields an expression reads: kept for the generated reference, and so that evaluation
//! converts only what will be looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A step from a value to a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// A field of an object.
    Field(String),
    /// Any element of a list, or any value of an object read by a computed name.
    Each,
}

/// A place within a variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) variable: String,
    pub(super) steps: Vec<Step>,
}

impl Place {
    pub(super) fn variable(name: &str) -> Self {
        Place { variable: name.to_owned(), steps: Vec::new() }
    }

    pub(super) fn field(&self, name: &str) -> Self {
        self.then(Step::Field(name.to_owned()))
    }

    pub(super) fn each(&self) -> Self {
        self.then(Step::Each)
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Place { variable: self.variable.clone(), steps }
    }
}

/// `form.people[].number`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.variable)?;
        for step in &self.steps {
            match step {
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Each => f.write_str("[]")?,
            }
        }
        Ok(())
    }
}

/// What of a value is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Want {
    /// All of it.
    pub(super) whole: bool,
    /// These fields.
    pub(super) fields: BTreeMap<String, Want>,
    /// This of each element.
    pub(super) each: Option<Box<Want>>,
}

/// The places an expression reads, gathered while it is checked.
#[derive(Debug, Default)]
pub(super) struct Reads {
    places: BTreeSet<Place>,
    wants: BTreeMap<String, Want>,
}

impl Reads {
    /// The value at the place is used.
    pub(super) fn whole(&mut self, place: &Place) {
        self.places.insert(place.clone());
        self.reach(place).whole = true;
    }

    /// Only whether the place is there, or how many elements it has, is used.
    pub(super) fn touch(&mut self, place: &Place) {
        self.places.insert(place.clone());
        self.reach(place);
    }

    fn reach(&mut self, place: &Place) -> &mut Want {
        let mut want = self.wants.entry(place.variable.clone()).or_default();
        for step in &place.steps {
            want = match step {
                Step::Field(name) => want.fields.entry(name.clone()).or_default(),
                Step::Each => want.each.get_or_insert_default(),
            };
        }
        want
    }

    /// The paths as written in references, and what to convert of each variable.
    pub(super) fn finish(self) -> (Vec<String>, BTreeMap<String, Want>) {
        (self.places.iter().map(Place::to_string).collect(), self.wants)
    }
}
