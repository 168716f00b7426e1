//! Reading: the store's stream, decrypted and verified chunk by chunk.

use super::unseal::Unsealer;
use super::{FileKey, ObjectKeys, objects_error, off_thread, path_of};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use minshu_kernel::BoxFuture;
use minshu_kernel::objects::{Body, ObjectAddress, ObjectsError};
use object_store::{ObjectStore, ObjectStoreExt as _};
use std::sync::Arc;

/// Stored bytes that are gathered before the cipher's thread is asked.
const GATHERED: usize = 256 * 1024;

struct Reading {
    stream: BoxStream<'static, object_store::Result<Bytes>>,
    /// Taken while the cipher's thread has it, and for good at the end or after an error.
    unsealer: Option<Unsealer>,
    ready: std::collections::VecDeque<Bytes>,
}

/// Opens an object and reads as far as its first chunk, so that most damage is told here.
pub(super) async fn open(
    store: &Arc<dyn ObjectStore>,
    keys: &Arc<dyn ObjectKeys>,
    key: Option<FileKey>,
    address: &ObjectAddress,
) -> Result<Box<dyn Body>, ObjectsError> {
    let found = store.get(&path_of(address)).await.map_err(|e| objects_error(&e))?;
    let mut reading = Reading {
        stream: found.into_stream(),
        unsealer: Some(Unsealer::new(Arc::clone(keys), key, address.clone())),
        ready: std::collections::VecDeque::new(),
    };
    reading.fill().await?;
    Ok(Box::new(reading))
}

impl Reading {
    /// Reads on until a chunk is clear or the object is at its end.
    async fn fill(&mut self) -> Result<(), ObjectsError> {
        while self.ready.is_empty() {
            let Some(mut unsealer) = self.unsealer.take() else { return Ok(()) };
            let mut gathered = Vec::new();
            let mut size = 0;
            let mut end = false;
            while size < GATHERED && !end {
                match self.stream.next().await {
                    Some(Ok(piece)) => {
                        size += piece.len();
                        gathered.push(piece);
                    }
                    Some(Err(error)) => return Err(objects_error(&error)),
                    None => end = true,
                }
            }
            let (unsealer, ready) = off_thread(move || {
                let mut ready = std::collections::VecDeque::new();
                for piece in gathered {
                    unsealer.push(&piece);
                }
                while let Some(chunk) = unsealer.next().map_err(|_| ObjectsError::Damaged)? {
                    ready.push_back(Bytes::from(chunk));
                }
                if !end {
                    return Ok((Some(unsealer), ready));
                }
                let last = unsealer.finish().map_err(|_| ObjectsError::Damaged)?;
                ready.push_back(Bytes::from(last));
                Ok((None, ready))
            })
            .await?;
            self.unsealer = unsealer;
            self.ready = ready;
        }
        Ok(())
    }
}

impl Body for Reading {
    fn next<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Bytes>, String>> {
        Box::pin(async move {
            self.fill().await.map_err(|error| error.to_string())?;
            Ok(self.ready.pop_front())
        })
    }
}
