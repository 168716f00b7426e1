//! What holds for the whole house: its invariants, every statement on both databases, the role × action matrix, the
//! OpenAPI document, the packs against the register. And what it does when something breaks, on the program itself.

#[cfg(test)]
mod apply;
#[cfg(test)]
mod attacks;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod checklist;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod edge;
#[cfg(test)]
mod emergency;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod http2;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod leases;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod load;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod observe;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod parked;
#[cfg(test)]
mod people;
#[cfg(test)]
mod planted;
#[cfg(test)]
mod power_cut;
#[cfg(test)]
mod running;
#[cfg(test)]
mod scan;
#[cfg(test)]
mod sealing;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod substitutes;
#[cfg(test)]
mod texts;
#[cfg(test)]
mod traces;
#[cfg(test)]
mod workers;
