//! Everything that is held about somebody as one ZIP archive, made while it is sent: a document in JSON, then the files.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use minshu_kernel::BoxFuture;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::objects::{Body, ObjectAddress, Objects};
use serde_json::{Value as Json, json};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

/// The most records of a kind that one archive holds.
const RECORDS_MAX: u32 = 2_000;
/// Bytes that are gathered before they are sent.
const GATHERED: usize = 64 * 1024;

/// What was written and is not sent yet.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn gathered(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        // Bytes are whole between calls: what a thread that failed left is good.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Sink {
    fn length(&self) -> usize {
        self.gathered().len()
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.gathered())
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.gathered().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Archive {
    zip: Option<ZipWriter<StreamWriter<Sink>>>,
    sink: Sink,
    document: Option<Vec<u8>>,
    files: VecDeque<(String, ObjectAddress)>,
    open: Option<Box<dyn Body>>,
    objects: Arc<dyn Objects>,
}

/// A name within the archive: no part of it leads anywhere.
fn name_of(kind: &str, record: usize, file: usize, name: &str) -> String {
    let plain = |c: char| {
        !c.is_control() && !matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
    };
    let name: String = name.chars().filter(|c| plain(*c)).take(100).collect();
    format!("files/{kind}/{record:04}-{file:02}-{}", name.trim_start_matches('.'))
}

/// Reads everything that is held about whoever asks, and begins the archive.
pub(crate) async fn begin(ctx: &Ctx) -> Result<Box<dyn Body>, Failure> {
    let t = ctx.speaker();
    let mut files = VecDeque::new();
    let mut kinds = Vec::new();
    for holding in &*ctx.services.holdings {
        let mut records: Vec<Json> = Vec::new();
        for (at, record) in (holding.read)(ctx, RECORDS_MAX).await?.into_iter().enumerate() {
            let mut names = Vec::new();
            for (number, file) in record.files.into_iter().enumerate() {
                let name = name_of(holding.name, at + 1, number + 1, &file.name);
                names.push(name.clone());
                files.push_back((name, file.object));
            }
            records.push(json!({
                "title": record.title, "at_ms": record.at, "data": record.data, "files": names,
            }));
        }
        kinds.push(json!({
            "kind": holding.name, "title": t.say(holding.title), "purpose": t.say(holding.purpose),
            "basis": t.say(holding.basis), "period": t.say(holding.period), "records": records,
        }));
    }
    let document = json!({ "made_ms": ctx.now, "kinds": kinds });
    let document = serde_json::to_vec_pretty(&document).map_err(Failure::internal)?;
    let sink = Sink::default();
    Ok(Box::new(Archive {
        zip: Some(ZipWriter::new_stream(sink.clone())),
        sink,
        document: Some(document),
        files,
        open: None,
        objects: ctx.services.objects.clone(),
    }))
}

impl Archive {
    /// Writes on; answers whether the end is written.
    async fn step(&mut self) -> Result<bool, String> {
        let told = |error: &dyn std::fmt::Display| error.to_string();
        // Pictures and PDFs are compressed already.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let Some(zip) = &mut self.zip else { return Ok(true) };
        if let Some(body) = &mut self.open {
            match body.next().await? {
                Some(piece) => zip.write_all(&piece).map_err(|e| told(&e))?,
                None => self.open = None,
            }
            return Ok(false);
        }
        if let Some(document) = self.document.take() {
            zip.start_file("data.json", options).map_err(|e| told(&e))?;
            zip.write_all(&document).map_err(|e| told(&e))?;
            return Ok(false);
        }
        if let Some((name, object)) = self.files.pop_front() {
            self.open = Some(self.objects.get(&object).await.map_err(|e| told(&e))?);
            zip.start_file(name, options).map_err(|e| told(&e))?;
            return Ok(false);
        }
        if let Some(zip) = self.zip.take() {
            zip.finish().map_err(|e| told(&e))?;
        }
        Ok(true)
    }
}

impl Body for Archive {
    fn next<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Bytes>, String>> {
        Box::pin(async move {
            loop {
                let over = self.step().await?;
                if over || self.sink.length() >= GATHERED {
                    let piece = self.sink.take();
                    return Ok((!piece.is_empty()).then(|| piece.into()));
                }
            }
        })
    }
}
