//! Licences: seals, issue, showing, verification, changes and ends.

use serde_json::{Value, json};

use super::{Words, sentences};
use crate::client::Answer;
use crate::trouble::{Outcome, Trouble};
use crate::world::{World, string};

sentences! {
    r"{人}提出给鼓楼区市场监管局制章" => propose_seal;
    r"{人}确认制章" => approve_seal;
    r"鼓楼区市场监管局的印章已经由{人}提出、{人}确认" => seal_is_there;
    r"{人}给(\S+?)签发食品经营许可证" => issue;
    r"证照标识的校验位应当正确，版本是(\d{3})" => code_is_right;
    r"证照文件的签名和印章应当逐项通过" => document_holds;
    r"{人}出示食品经营许可证(一次)?，用途是“(.+?)”" => show;
    r"陌生人扫二维码，应当看到“(.+?)”" => stranger_sees;
    r"陌生人扫(?:二维码|一个编造的(二维码))，应当被告知“(.+?)”" => stranger_is_told;
    r"{人}打开证照的网页" => open_page;
    r"另一个程序按标识和校验码核验，应当得到状态(\d\d)" => program_verifies;
    r"另一个程序按标识和错误的校验码核验，应当查不到" => program_guesses;
    r"另一个程序拿改动过一个字节的证照文件核验，应当查不到" => program_has_a_changed_file;
    r"{人}把证照的“(\w+)”变更为“(.+?)”，理由是“(.+?)”" => change;
    r"旧的一版应当是状态(\d\d)" => the_old_one_is;
    r"{人}(暂停使用|恢复使用|撤回|注销|转出|吊销)证照，理由是“(.+?)”" => move_on;
    r"{人}确认证照手续" => agree;
}

const ISSUER: &str = "gov-e-licences.gulou-market";
const KIND: &str = "gov-e-licences.food-business";

fn kept(world: &World, what: &'static str) -> Result<String, Trouble> {
    let missing = || Trouble::story(format!("还没有这样的证照：{what}"));
    world.licence.get(what).cloned().ok_or_else(missing)
}

/// Keeps what an answer tells, where it tells it.
fn keep(world: &mut World, answer: &Answer, names: &[(&'static str, &str)]) {
    for (what, name) in names {
        if let Some(text) = answer.body.get(name).and_then(Value::as_str) {
            world.licence.insert(what, text.to_owned());
        }
    }
}

async fn propose_seal(world: &mut World, words: Words) -> Outcome {
    let input = json!({ "issuer": ISSUER, "types": [KIND] });
    let answer = world.act(words.get(0), "licences.propose_seal", input).await?;
    keep(world, &answer, &[("seal", "seal")]);
    world.last = Some(answer);
    Ok(())
}

async fn approve_seal(world: &mut World, words: Words) -> Outcome {
    let input = json!({ "seal": kept(world, "seal")? });
    let answer = world.act(words.get(0), "licences.approve_seal", input).await?;
    world.last = Some(answer);
    Ok(())
}

async fn seal_is_there(world: &mut World, words: Words) -> Outcome {
    let input = json!({ "issuer": ISSUER, "types": [KIND] });
    let wanted =
        world.act(words.get(0), "licences.propose_seal", input).await?.expect("提出制章")?;
    let input = json!({ "seal": string(&wanted, "seal")? });
    world.act(words.get(1), "licences.approve_seal", input).await?.expect("确认制章").map(drop)
}

async fn issue(world: &mut World, words: Words) -> Outcome {
    let company = words.get(1);
    let input = json!({
        "type": KIND,
        "holder": {
            "name": company,
            "number": world.company(company)?,
            "organisation": world.organisations.get(company),
        },
        "values": { "place": "中山路 18 号", "kind": "餐饮服务经营者", "items": "热食类食品制售" },
        "division": "350102",
    });
    let answer = world.act(words.get(0), "licences.issue", input).await?;
    keep(world, &answer, &[("licence", "licence"), ("identifier", "identifier")]);
    if answer.status == 200 {
        world.licence.insert("officer", words.get(0).to_owned());
    }
    world.last = Some(answer);
    Ok(())
}

/// The check character of an identifier: ISO/IEC 7064 MOD 37,36, written anew here.
fn check_character(body: &str) -> char {
    const SIGNS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let value = |byte: u8| SIGNS.iter().position(|sign| *sign == byte).unwrap_or(0);
    let product = body.bytes().fold(36, |product, byte| {
        let sum = (product + value(byte)) % 36;
        (if sum == 0 { 36 } else { sum }) * 2 % 37
    });
    char::from(SIGNS[(37 - product) % 36])
}

async fn code_is_right(world: &mut World, words: Words) -> Outcome {
    let identifier = kept(world, "identifier")?;
    let wrong = || Trouble::story(format!("证照标识是 {identifier}"));
    let rest = identifier.strip_prefix("1.2.156.3005.2.").ok_or_else(wrong)?;
    let groups: Vec<&str> = rest.split('.').collect();
    let [kind, issuer, serial, version, check] = groups.as_slice() else { return Err(wrong()) };
    let fits = *kind == "11100000MB0143028R027"
        && *issuer == "11350102MB1A2C3D0G"
        && *version == words.get(0)
        && check.starts_with(check_character(&[*kind, *issuer, *serial, *version].concat()));
    if fits { Ok(()) } else { Err(wrong()) }
}

/// The sealed document in base64, as its office has it.
async fn document(world: &mut World) -> Result<String, Trouble> {
    let (officer, licence) = (kept(world, "officer")?, kept(world, "licence")?);
    let asked = [("licence", licence.as_str())];
    let found = world.ask(&officer, "licences.document", &asked).await?.expect("证照文件")?;
    string(&found, "document")
}

/// What the register answers somebody who is not signed in.
async fn verify(world: &mut World, input: Value) -> Result<Answer, Trouble> {
    world.api()?.act(None, "licences.verify", &input, None).await
}

async fn document_holds(world: &mut World, _: Words) -> Outcome {
    let document = document(world).await?;
    let told = verify(world, json!({ "document": document })).await?.expect("核验文件")?;
    let steps = told.get("seals").and_then(Value::as_array).cloned().unwrap_or_default();
    let fails = steps.iter().any(|step| step["holds"] == false);
    let signed = steps.iter().any(|step| step["step"] == "signature" && step["holds"] == true);
    match told["untouched"] == true && signed && !fails {
        true => Ok(()),
        false => Err(Trouble::story(format!("{told}"))),
    }
}

/// The licence as its holder finds it.
async fn own(world: &mut World, who: &str) -> Result<String, Trouble> {
    let found = world.ask(who, "licences.mine", &[]).await?.expect("我的证照")?;
    let first = found.get("licences").and_then(|list| list.get(0));
    let missing = || Trouble::story(format!("{who}名下没有证照：{found}"));
    string(first.ok_or_else(missing)?, "licence")
}

async fn show(world: &mut World, words: Words) -> Outcome {
    let who = words.get(0);
    let licence = own(world, who).await?;
    let once = !words.get(1).is_empty();
    let input = json!({ "licence": licence, "purpose": words.get(2), "once": once });
    let answer = world.act(who, "licences.show", input).await?;
    keep(world, &answer, &[("code", "code")]);
    // What stands on the document is known to whoever holds it.
    let asked = [("licence", licence.as_str())];
    let view = world.ask(who, "licences.licence", &asked).await?;
    keep(world, &view, &[("check", "check")]);
    world.last = Some(answer);
    Ok(())
}

/// A stranger's telephone opens the page behind the code.
async fn scan(world: &mut World, code: &str) -> Result<String, Trouble> {
    let browser = world.browser(crate::world::VISITOR).await?;
    let page = browser.open(&format!("/l/{code}")).await?.clone();
    if !page.text().contains("现在打开") {
        return Ok(page.text());
    }
    let form = browser.form(&format!("/l/{code}"))?;
    Ok(browser.send(&form).await?.text())
}

async fn stranger_sees(world: &mut World, words: Words) -> Outcome {
    let code = kept(world, "code")?;
    let seen = scan(world, &code).await?;
    match seen.contains(words.get(0)) && seen.contains("福州榕味餐饮有限公司") {
        true => Ok(()),
        false => Err(Trouble::story(format!("陌生人看到的是：{seen}"))),
    }
}

async fn stranger_is_told(world: &mut World, words: Words) -> Outcome {
    let code = match words.get(0) {
        "" => kept(world, "code")?,
        _ => "0123456789ABCDEFGHJKMNPQRS".to_owned(),
    };
    let seen = scan(world, &code).await?;
    match seen.contains(words.get(1)) && !seen.contains("福州榕味餐饮有限公司") {
        true => Ok(()),
        false => Err(Trouble::story(format!("陌生人看到的是：{seen}"))),
    }
}

async fn open_page(world: &mut World, words: Words) -> Outcome {
    let licence = own(world, words.get(0)).await?;
    let page = world.browser(words.get(0)).await?.open(&format!("/me/licences/{licence}")).await?;
    match page.status {
        200 => Ok(()),
        status => Err(Trouble::story(format!("证照的网页是 {status}：{}", page.text()))),
    }
}

/// The identifier and check value of the licence that is talked of, as its holder reads them.
async fn printed(world: &mut World) -> Result<(String, String), Trouble> {
    let licence = kept(world, "licence")?;
    let asked = [("licence", licence.as_str())];
    let view = world.ask("林晓燕", "licences.licence", &asked).await?.expect("证照")?;
    Ok((string(&view, "identifier")?, string(&view, "check")?))
}

async fn program_verifies(world: &mut World, words: Words) -> Outcome {
    let (identifier, check) = printed(world).await?;
    let input = json!({ "identifier": identifier, "check": check });
    let told = verify(world, input).await?.expect("核验")?;
    match told["licence"]["state_code"] == words.get(0) {
        true => Ok(()),
        false => Err(Trouble::story(format!("{told}"))),
    }
}

async fn program_guesses(world: &mut World, _: Words) -> Outcome {
    let (identifier, _) = printed(world).await?;
    let input = json!({ "identifier": identifier, "check": "0000000000" });
    match verify(world, input).await?.status {
        422 => Ok(()),
        status => Err(Trouble::story(format!("核验回答 {status}"))),
    }
}

async fn program_has_a_changed_file(world: &mut World, _: Words) -> Outcome {
    let document = document(world).await?;
    let middle = document.len() / 2;
    let other = if document.as_bytes().get(middle) == Some(&b'A') { "B" } else { "A" };
    let mut changed = document.clone();
    changed.replace_range(middle..=middle, other);
    let told = verify(world, json!({ "document": changed })).await?.expect("核验文件")?;
    let steps = told.get("seals").and_then(Value::as_array).cloned().unwrap_or_default();
    let found = told["untouched"] == false && told["licence"].is_null();
    match found && steps.iter().any(|step| step["holds"] == false) {
        true => Ok(()),
        false => Err(Trouble::story(format!("{told}"))),
    }
}

async fn change(world: &mut World, words: Words) -> Outcome {
    let before = kept(world, "licence")?;
    let mut values = serde_json::Map::new();
    values.insert(words.get(1).to_owned(), json!(words.get(2)));
    let input = json!({ "licence": before, "values": values, "reason": words.get(3) });
    let answer = world.act(words.get(0), "licences.change", input).await?;
    world.licence.insert("before", before);
    keep(world, &answer, &[("licence", "licence"), ("identifier", "identifier")]);
    world.last = Some(answer);
    Ok(())
}

async fn the_old_one_is(world: &mut World, words: Words) -> Outcome {
    let (officer, before) = (kept(world, "officer")?, kept(world, "before")?);
    let asked = [("licence", before.as_str())];
    let view = world.ask(&officer, "licences.licence", &asked).await?.expect("旧的一版")?;
    match view["state_code"] == words.get(0) {
        true => Ok(()),
        false => Err(Trouble::story(format!("{view}"))),
    }
}

async fn move_on(world: &mut World, words: Words) -> Outcome {
    let action = match words.get(1) {
        "暂停使用" => "licences.suspend",
        "恢复使用" => "licences.resume",
        "撤回" => "licences.withdraw",
        "注销" => "licences.cancel",
        "转出" => "licences.transfer",
        _ => "licences.revoke",
    };
    let input = json!({ "licence": kept(world, "licence")?, "reason": words.get(2) });
    let answer = world.act(words.get(0), action, input).await?;
    answer.clone().expect(words.get(1))?;
    keep(world, &answer, &[("proposal", "proposal")]);
    Ok(())
}

async fn agree(world: &mut World, words: Words) -> Outcome {
    let input = json!({
        "licence": kept(world, "licence")?, "proposal": kept(world, "proposal")?,
    });
    let answer = world.act(words.get(0), "licences.agree", input).await?;
    world.last = Some(answer);
    Ok(())
}
