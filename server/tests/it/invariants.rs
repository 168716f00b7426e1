//! The invariants of ARCHITECTURE.md that can be read off the tree.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            let skipped = ["target", "node_modules", ".git", "data", "dist", "results"];
            if !skipped.iter().any(|s| *s == name) {
                walk(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}

pub fn files(ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(&root(), &mut found);
    let mut files: Vec<(String, String)> = found
        .into_iter()
        .filter(|p| p.to_string_lossy().ends_with(ending))
        .filter_map(|p| {
            let text = std::fs::read_to_string(&p).ok()?;
            Some((p.strip_prefix(root()).unwrap().display().to_string(), text))
        })
        .collect();
    files.sort();
    files
}

/// The crates of the house that a manifest names, development aside.
fn own_dependencies(manifest: &str) -> Vec<String> {
    let toml: toml::Table = manifest.parse().unwrap();
    let table = toml.get("dependencies").and_then(|d| d.as_table());
    table
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .filter(|name| name.starts_with("minshu-"))
        .collect()
}

#[test]
fn invariants_a_capability_sees_the_kernel_alone() {
    let manifests = files("Cargo.toml");
    let capabilities: Vec<_> =
        manifests.iter().filter(|(path, _)| path.starts_with("capabilities/")).collect();
    assert!(capabilities.len() >= 2);
    for (path, text) in capabilities {
        assert_eq!(own_dependencies(text), ["minshu-kernel"], "{path}");
    }
}

#[test]
fn invariants_a_gateway_feeds_at_most_one_capability() {
    for (path, text) in files("Cargo.toml") {
        if path.starts_with("gateways/") {
            let others = own_dependencies(&text).into_iter().filter(|d| d != "minshu-kernel");
            assert!(others.count() <= 1, "{path}");
        }
    }
}

#[test]
fn invariants_arrows_run_one_way() {
    let allowed = |path: &str| -> &[&str] {
        match path {
            "kernel/Cargo.toml" => &[],
            "storage/Cargo.toml" => &["minshu-kernel"],
            "runtime/Cargo.toml" => &["minshu-kernel", "minshu-storage"],
            _ => &["any"],
        }
    };
    for (path, text) in files("Cargo.toml") {
        let allowed = allowed(&path);
        if path != "Cargo.toml" && allowed != ["any"] {
            for own in own_dependencies(&text) {
                assert!(allowed.contains(&own.as_str()), "{path} must not name {own}");
            }
        }
    }
}

#[test]
fn invariants_dialect_words_stay_in_storage() {
    let words = [
        "FOR UPDATE",
        "SKIP LOCKED",
        "AUTOINCREMENT",
        "jsonb",
        "JSONB",
        "ILIKE",
        "ON DUPLICATE",
        "INSERT OR ",
        "PRAGMA ",
        "pg_advisory",
        "RETURNING *",
        "CREATE EXTENSION",
        "::TEXT ",
        "::TEXT)",
        "::TEXT,",
        "::BIGINT",
        "$1::",
        "$2::",
        "GENERATED ALWAYS",
        "SERIAL PRIMARY",
    ];
    let mut texts = files(".rs");
    texts.extend(files(".sql"));
    for (path, text) in texts {
        if path.starts_with("storage/") || path.contains("/tests/") {
            continue;
        }
        // Tests may name the words in order to refuse them.
        let text = text.split("#[cfg(test)]").next().unwrap();
        for word in words {
            assert!(!text.contains(word), "{path} holds the dialect word {word:?}");
        }
    }
}

#[test]
fn invariants_who_takes_uploads_says_where_they_are_used() {
    // What no capability claims is deleted a day after it came.
    let sources = files(".rs");
    let takers = sources
        .iter()
        .filter(|(path, text)| path.starts_with("capabilities/") && text.contains("uploads.find("));
    let mut found = 0;
    for (path, _) in takers {
        let capability = path.split("/src/").next().unwrap();
        let lib = sources.iter().find(|(path, _)| *path == format!("{capability}/src/lib.rs"));
        assert!(lib.unwrap().1.contains("object_uses"), "{path}");
        found += 1;
    }
    assert!(found > 0);
}

#[test]
fn invariants_every_migration_file_is_loaded() {
    let sources = files(".rs");
    for (path, _) in files(".sql") {
        let name = path.rsplit('/').next().unwrap();
        let folder = path.split("/migrations/").next().unwrap();
        let loaded = sources.iter().any(|(source, text)| {
            source.starts_with(folder) && text.contains(&format!("migrations/{name}"))
        });
        assert!(loaded, "{path} is loaded by no crate");
        assert!(name.starts_with('V') && name.contains("__"), "{path} is not named V1__what");
    }
}

#[test]
fn invariants_files_stay_readable() {
    // Longer ones need a reason, written here.
    let reasons: &[(&str, &str)] = &[];
    for (path, text) in files(".rs") {
        let lines = text.lines().count();
        let excused = reasons.iter().any(|(file, _)| *file == path);
        assert!(lines <= 600 || excused, "{path} has {lines} lines");
    }
}

#[test]
fn invariants_no_lint_is_silenced_without_a_reason() {
    for (path, text) in files(".rs") {
        if path.starts_with("server/tests/") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            assert!(
                !line.starts_with("#[allow("),
                "{path}:{}: use #[expect(.., reason)]",
                number + 1
            );
            assert!(
                !line.starts_with("#![allow("),
                "{path}:{}: use #[expect(.., reason)]",
                number + 1
            );
        }
    }
}

#[test]
fn invariants_the_licence_is_one() {
    for (path, text) in files("Cargo.toml") {
        if path == "Cargo.toml" {
            assert!(text.contains("license = \"Apache-2.0\""));
        } else {
            assert!(text.contains("license.workspace = true"), "{path}");
        }
    }
    assert!(root().join("LICENSE").exists());
}

#[test]
fn invariants_no_inline_script_or_style_in_templates() {
    for (path, text) in files(".html") {
        if !path.contains("/templates/") {
            continue;
        }
        assert!(!text.contains("style=\""), "{path} has an inline style");
        assert!(!text.contains(" onclick="), "{path} has an inline script");
        for script in text.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains("src="), "{path} has an inline script");
        }
    }
}
