// Answers each request with the same text, proved as omaha-client would have it: its own transaction hash, its curve.
// SPDX-License-Identifier: Apache-2.0
use crate::Trouble;
use omaha_client::cup_ecdsa::{Nonce, make_transaction_hash};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest as _, Sha256};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// Says its address as the first line; answers until it is ended.
pub fn serve(key: &str, answer: &str) -> Result<(), Trouble> {
    let key: SigningKey = std::fs::read_to_string(key)?.parse()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("listening on http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        answer_one(stream?, &key, answer)?;
    }
    Ok(())
}

fn answer_one(stream: TcpStream, key: &SigningKey, answer: &str) -> Result<(), Trouble> {
    let mut reader = BufReader::new(&stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let etag = proof(key, cup2key(&first)?, &body, answer)?;
    let size = answer.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nETag: \"{etag}\"\r\nConnection: close\r\n\r\n");
    (&stream).write_all(head.as_bytes())?;
    (&stream).write_all(answer.as_bytes())?;
    Ok(())
}

fn cup2key(first: &str) -> Result<&str, Trouble> {
    let target = first.split(' ').nth(1).ok_or("a request without a target")?;
    let query = target.split_once('?').ok_or("a request without a query")?.1;
    query.split('&').find_map(|one| one.strip_prefix("cup2key=")).ok_or("a request without cup2key".into())
}

fn proof(key: &SigningKey, cup2key: &str, body: &[u8], answer: &str) -> Result<String, Trouble> {
    let (id, nonce) = cup2key.split_once(':').ok_or("a cup2key without a colon")?;
    let bytes: [u8; 32] = hex::decode(nonce)?.try_into().map_err(|_| "a nonce that has not 32 bytes")?;
    let hash = make_transaction_hash(body, answer.as_bytes(), id.parse()?, &Nonce::from(bytes));
    let signature: Signature = key.sign(&hash);
    Ok(format!("{}:{}", hex::encode(signature.to_der().as_bytes()), hex::encode(Sha256::digest(body))))
}
