//! The server's JSON API and pages, as a program and as a browser without scripts use them.

use std::path::Path;
use std::time::Duration;

use reqwest::multipart;
use serde_json::Value;

use crate::markup::{self, Form};
use crate::trouble::Trouble;

/// The longest that a request may take. Nothing that people wait for comes near it, even in a debug build under load.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the API answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The reply or the problem document (RFC 9457).
    pub body: Value,
}

impl Answer {
    /// Whether it was done.
    pub fn done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The reply, or the problem as trouble.
    pub fn expect(self, what: &str) -> Result<Value, Trouble> {
        if self.done() {
            Ok(self.body)
        } else {
            Err(Trouble::story(format!("{what}：{}", self.tell())))
        }
    }

    /// The problem's code, without the prefix of its type.
    pub fn code(&self) -> &str {
        let kind = self.body.get("type").and_then(Value::as_str).unwrap_or("");
        kind.strip_prefix("urn:minshu:problem:").unwrap_or(kind)
    }

    /// What is wrong with single values: pointer and text.
    pub fn problems(&self) -> Vec<(&str, &str)> {
        let list = self.body.get("errors").or_else(|| self.body.get("problems"));

        list.and_then(Value::as_array).into_iter().flatten().filter_map(pair).collect()
    }

    /// In one line, for people who look for what went wrong.
    pub fn tell(&self) -> String {
        let mut said = format!("{} {}", self.status, self.code());
        for key in ["title", "detail", "rule"] {
            if let Some(text) = self.body.get(key).and_then(Value::as_str) {
                said.push('；');
                said.push_str(text);
            }
        }
        for (pointer, text) in self.problems() {
            said.push_str(&format!("；{pointer} {text}"));
        }
        if self.code().is_empty() {
            said.push(' ');
            said.extend(self.body.to_string().chars().take(600));
        }
        said
    }
}

fn pair(entry: &Value) -> Option<(&str, &str)> {
    let text = entry.get("detail").or_else(|| entry.get("text"))?;
    Some((entry.get("pointer")?.as_str()?, text.as_str()?))
}

/// A program that uses the API.
#[derive(Debug, Clone)]
pub struct Api {
    base: String,
    http: reqwest::Client,
}

impl Api {
    /// For the server at `http://host:port`.
    #[expect(clippy::disallowed_methods, reason = "the runner asks the server that it started")]
    pub fn at(base: &str) -> Result<Api, Trouble> {
        let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
        Ok(Api { base: base.to_owned(), http })
    }

    /// The server's address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Does an action, as the holder of a session token or as nobody; with an idempotency key where one is given.
    pub async fn act(
        &self,
        token: Option<&str>,
        operation: &str,
        input: &Value,
        key: Option<&str>,
    ) -> Result<Answer, Trouble> {
        let mut request = self.http.post(self.address(operation)).json(input);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        answer(signed(request, token)).await
    }

    /// Asks a query.
    pub async fn ask(
        &self,
        token: Option<&str>,
        operation: &str,
        pairs: &[(&str, &str)],
    ) -> Result<Answer, Trouble> {
        let query: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        answer(signed(self.http.get(format!("{}?{query}", self.address(operation))), token)).await
    }

    /// Gets a JSON document from any path.
    pub async fn get(&self, token: Option<&str>, path: &str) -> Result<Answer, Trouble> {
        let request = self.http.get(format!("{}{path}", self.base));
        answer(signed(request.header("Accept", "application/json"), token)).await
    }

    /// Stages a file.
    pub async fn upload(
        &self,
        token: Option<&str>,
        name: &str,
        content: Vec<u8>,
    ) -> Result<Answer, Trouble> {
        let part = multipart::Part::bytes(content).file_name(name.to_owned());
        let form = multipart::Form::new().part("file", part);
        let request = self.http.post(format!("{}/api/uploads", self.base)).multipart(form);
        answer(signed(request, token)).await
    }

    fn address(&self, operation: &str) -> String {
        let (capability, name) = operation.split_once('.').unwrap_or(("", operation));
        format!("{}/api/{capability}/{name}", self.base)
    }
}

fn signed(request: reqwest::RequestBuilder, token: Option<&str>) -> reqwest::RequestBuilder {
    let request = request.header("Accept-Language", "zh-CN");
    match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Answer, Trouble> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let text = response.text().await?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Answer { status, body })
}

/// A browser without scripts: cookies are kept, redirects followed, forms filled in and sent.
#[derive(Debug, Clone)]
pub struct Browser {
    base: String,
    http: reqwest::Client,
    /// The page that is shown.
    pub page: Page,
}

/// A page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// Its path after redirects.
    pub path: String,
    /// Its markup.
    pub html: String,
}

impl Page {
    /// What it says.
    pub fn text(&self) -> String {
        markup::text(&self.html)
    }
}

impl Browser {
    /// A new browser in Chinese, without cookies.
    #[expect(clippy::disallowed_methods, reason = "the runner asks the server that it started")]
    pub fn at(base: &str) -> Result<Browser, Trouble> {
        let mut headers = reqwest::header::HeaderMap::new();
        let chinese = reqwest::header::HeaderValue::from_static("zh-CN");
        headers.insert(reqwest::header::ACCEPT_LANGUAGE, chinese);
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .cookie_store(true)
            .default_headers(headers)
            .build()?;
        Ok(Browser { base: base.to_owned(), http, page: Page::default() })
    }

    /// Opens an address.
    pub async fn open(&mut self, path: &str) -> Result<&Page, Trouble> {
        let response = self.http.get(format!("{}{path}", self.base)).send().await?;
        self.show(response).await
    }

    /// The form of the page that goes to this path.
    pub fn form(&self, action: &str) -> Result<Form, Trouble> {
        let goes_there = |form: &Form| {
            Path::new(form.action.split('?').next().unwrap_or("")) == Path::new(action)
        };
        let form = markup::forms(&self.page.html).into_iter().find(goes_there);
        form.ok_or_else(|| {
            Trouble::story(format!(
                "网页“{}”（{}）上没有送往“{action}”的表单",
                self.page.path, self.page.status
            ))
        })
    }

    /// Sends a form.
    pub async fn send(&mut self, form: &Form) -> Result<&Page, Trouble> {
        let body: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        let response = self
            .http
            .post(format!("{}{}", self.base, form.action))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await?;
        self.show(response).await
    }

    async fn show(&mut self, response: reqwest::Response) -> Result<&Page, Trouble> {
        let status = response.status().as_u16();
        let path = response.url().path().to_owned();
        self.page = Page { status, path, html: response.text().await? };
        Ok(&self.page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_problem_is_told_in_one_line() {
        let answer = Answer {
            status: 422,
            body: json!({
                "type": "urn:minshu:problem:casework.incomplete", "title": "有几处需要改",
                "errors": [{"pointer": "/form/a", "detail": "请填写"}]
            }),
        };
        assert!(!answer.done());
        assert_eq!(answer.code(), "casework.incomplete");
        assert_eq!(answer.problems(), [("/form/a", "请填写")]);
        assert_eq!(answer.tell(), "422 casework.incomplete；有几处需要改；/form/a 请填写");
        let saved = Answer {
            status: 200,
            body: json!({"problems": [{"pointer": "/form/b", "text": "长"}]}),
        };
        assert_eq!(saved.problems(), [("/form/b", "长")]);
    }
}
