//! The house is safe to live in: rules that change while people work, accounts that come back to their owners, people who
//! ask for what is not theirs.

use std::path::Path;

use serde_json::{Value, json};

use super::{Words, sentences};
use crate::trouble::{Outcome, Trouble};
use crate::world::{World, string};

sentences! {
    r"运维人员把“(.+?)”的承诺期限从(\d+)个工作日改成(\d+)个，当场启用" => promise_anew;
    r"运维人员撤掉“(.+?)”" => take_away;
    r"启用应当被拒绝，因为还有(\d+)个办件没有办完" => still_needed;
    r"{人}忘了密码，{人}和{人}在窗口先后核对证件，{人}换了新密码" => recover;
    r"{人}打听这个办件，得到的答复应当和打听不存在的办件一样" => learns_nothing;
    r"{人}直接对这个办件做每一种操作，都应当被拒绝" => may_nothing;
}

fn copied(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copied(&entry.path(), &target)?,
            false => drop(std::fs::copy(entry.path(), target)?),
        }
    }
    Ok(())
}

/// Puts a changed copy of the packs in force beside the running server; answers whether it was taken and what was said.
async fn applied(
    world: &mut World,
    item: &str,
    change: impl Fn(&str) -> Option<String>,
) -> Result<(bool, String), Trouble> {
    let item = world.item_named(item)?.id;
    let name = item.rsplit('.').next().unwrap_or(&item).to_owned();
    let folder = tempfile::tempdir()?;
    let packs = folder.path().join("packs");
    copied(world.packs()?, &packs)?;
    let mut files = vec![packs.clone()];
    let file = loop {
        let Some(at) = files.pop() else {
            return Err(Trouble::story(format!("业务包里没有 {name}.toml")));
        };
        if at.is_dir() {
            files.extend(std::fs::read_dir(&at)?.flatten().map(|entry| entry.path()));
        } else if at.file_name().is_some_and(|own| *own == *format!("{name}.toml")) {
            break at;
        }
    };
    match change(&std::fs::read_to_string(&file)?) {
        Some(text) => std::fs::write(&file, text)?,
        None => std::fs::remove_file(&file)?,
    }
    let packs = packs.display().to_string();
    world.server()?.command(&["packs", "apply", "--packs", &packs]).await
}

async fn promise_anew(world: &mut World, words: Words) -> Outcome {
    let said = |days: &str| format!("\"{days} working days\"");
    let (before, after) = (said(words.get(1)), said(words.get(2)));
    let line = |days: &str| format!("promised           = {days}");
    let (taken, told) =
        applied(world, words.get(0), |text| Some(text.replace(&line(&before), &line(&after))))
            .await?;
    match taken {
        true => Ok(()),
        false => Err(Trouble::Server(format!("minshu packs apply：{told}"))),
    }
}

async fn take_away(world: &mut World, words: Words) -> Outcome {
    world.said = Some(applied(world, words.get(0), |_| None).await?);
    Ok(())
}

async fn still_needed(world: &mut World, words: Words) -> Outcome {
    let Some((taken, told)) = world.said.take() else {
        return Err(Trouble::story("没有启用过什么"));
    };
    let count = words.get(0);
    let named =
        told.lines().any(|line| line.split(|c: char| !c.is_ascii_digit()).any(|n| n == count));
    match !taken && named {
        true => Ok(()),
        false => Err(Trouble::Server(format!("minshu packs apply：{told}"))),
    }
}

/// Two officers see the card, one after the other; the code that the second is told sets another password.
async fn recover(world: &mut World, words: Words) -> Outcome {
    let (owner, first, second) = (words.get(0), words.get(1), words.get(2));
    let person = world.person(owner)?;
    let phone = json!({ "phone": person.phone });
    let found = world.act(first, "identity.claims", phone).await?.expect("查账户")?;
    let account = found.pointer("/claims/0/account").and_then(Value::as_str).unwrap_or_default();
    let begin = json!({
        "account": account, "evidence": "identity-card", "number_seen": person.number,
        "factor": false,
    });
    let begun = world.act(first, "identity.begin_recovery", begin).await?.expect("受理找回")?;
    let recovery = json!({ "recovery": string(&begun, "recovery")? });
    let alone = world.act(first, "identity.confirm_recovery", recovery.clone()).await?;
    if alone.done() {
        return Err(Trouble::story("一个人就把账户交出去了"));
    }
    let confirmed = world.act(second, "identity.confirm_recovery", recovery).await?;
    let code = string(&confirmed.expect("复核找回")?, "code")?;
    let input = json!({
        "phone": person.phone, "code": code, "password": format!("{}换过", person.password),
    });
    let answer = world.api()?.act(None, "identity.recover", &input, None).await?;
    answer.expect("换新密码")?;
    let entered = json!({ "phone": person.phone, "password": input["password"] });
    let answer = world.api()?.act(None, "identity.sign_in", &entered, None).await?;
    let begun = answer.expect("用新密码登录")?;
    world.keep_session(owner, string(&begun, "token")?);
    Ok(())
}

async fn learns_nothing(world: &mut World, words: Words) -> Outcome {
    let id = world.case()?.id;
    // As an id looks, and nobody's.
    let nobodys = format!("{}{}", &id[..id.len() - 6], "00ff00");
    let mut answers = Vec::new();
    for asked in [&id, &nobodys] {
        let answer = world.ask(words.get(0), "casework.case", &[("case", asked)]).await?;
        let mut body = answer.body.clone();
        if let Some(body) = body.as_object_mut() {
            // Each request has an id of its own.
            body.remove("instance");
        }
        answers.push((answer.status, body));
    }
    match answers[0].0 != 200 && answers[0] == answers[1] {
        true => Ok(()),
        false => Err(Trouble::story(format!("答复不一样：{answers:?}"))),
    }
}

async fn may_nothing(world: &mut World, words: Words) -> Outcome {
    let case = world.case()?;
    let (id, version) = (&case.id, case.version);
    let reason = "看看能不能办。";
    for (operation, input) in [
        ("casework.accept", json!({ "case": id, "version": version })),
        (
            "casework.decide",
            json!({ "case": id, "version": version, "outcome": "granted", "reasons": reason }),
        ),
        ("casework.refuse", json!({ "case": id, "version": version, "reasons": reason })),
        ("casework.return", json!({ "case": id, "version": version, "reason": reason })),
        ("casework.withdraw", json!({ "case": id, "reason": reason })),
        ("casework.begin_correction", json!({ "case": id })),
    ] {
        let answer = world.act(words.get(0), operation, input).await?;
        // Nothing else is looked at before it is known whose it is.
        if !matches!(answer.status, 403 | 404) {
            let told = format!("{operation}：{} {}", answer.status, answer.body);
            return Err(Trouble::story(told));
        }
    }
    Ok(())
}
