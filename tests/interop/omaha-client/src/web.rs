// The little of HTTP/1.1 that the peer needs: one exchange a connection, over plain http.
// SPDX-License-Identifier: Apache-2.0
use crate::Trouble;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, Response, Uri};
use omaha_client::http_request::{Body, Error, HttpRequest, to_bytes};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

/// The door to the network that omaha-client's state machine is given.
pub struct Door;

impl HttpRequest for Door {
    fn request(&mut self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        async move {
            let (head, body) = request.into_parts();
            let body = to_bytes(body).await.map_err(Error::new_transport)?;
            let mut lines = String::new();
            for (name, value) in &head.headers {
                lines += &format!("{name}: {}\r\n", value.to_str().map_err(Error::new_transport)?);
            }
            exchange(head.method.as_str(), &head.uri, &lines, &body).map_err(Error::new_transport)
        }
        .boxed()
    }
}

pub fn get(url: &str) -> Result<Response<Vec<u8>>, Trouble> {
    exchange("GET", &url.parse()?, "", b"")
}

fn exchange(method: &str, uri: &Uri, headers: &str, body: &[u8]) -> Result<Response<Vec<u8>>, Trouble> {
    let authority = uri.authority().ok_or("a URL without a host")?.as_str();
    let target = uri.path_and_query().map_or("/", |one| one.as_str());
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    parse(&answer)
}

fn parse(answer: &[u8]) -> Result<Response<Vec<u8>>, Trouble> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("an answer without an end of its head")?;
    let head = std::str::from_utf8(&answer[..end])?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("an answer without a status")?;
    let mut response = Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(':').ok_or("a header without a colon")?;
        response = response.header(name, value.trim());
    }
    Ok(response.body(answer[end + 4..].to_vec())?)
}
