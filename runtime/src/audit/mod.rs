//! The audit chain: every action leaves an entry; the sealer gives committed entries their position and chains
//! them with SM3; blocks of a Merkle tree are signed with SM2 and their heads written to the objects seam too.

pub mod batch;
pub mod block;
pub mod entry;
pub mod sealer;
pub mod verification;
pub mod verify;
