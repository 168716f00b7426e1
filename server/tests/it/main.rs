//! What holds for the whole house: its invariants, every statement on both databases, the role × action matrix, the
//! packs against the register.

#[cfg(test)]
mod invariants;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod power_cut;
#[cfg(test)]
mod statements;
