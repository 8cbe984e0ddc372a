//! Pages of the history over REST beside the bare statement, and the export of all of it, over a long history that the
//! database itself makes up.

use super::say;
use super::store::event;
use super::world::{World, grouped, stop};
use anyhow::Context;
use bench::{Chance, Figure, quantile, resident};
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use sqlx::{ConnectOptions, Connection, Executor, MySqlConnection};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use testbed::{Program, Stack};

/// The first event is at this time, epoch ms, and the next so much later: 100,000 a day.
const BEGIN_MS: u64 = 1_760_000_000_000;
const STEP_MS: u64 = 864;
/// Rows that one statement makes.
const CHUNK: u64 = 250_000;
/// The city's western and southern border, and its size, degrees.
const CITY: (f64, f64, f64, f64) = (24.845, 60.123, 0.19, 0.0945);
const QUESTIONS: usize = 240;
/// Shares of the city's side that a rectangle has, and hours that are asked for, if there are so many; all with all, in turns.
const SIDES: [f64; 3] = [0.25, 0.1, 0.01];
const HOURS: [u64; 4] = [1, 24, 168, u64::MAX];
const MOST_P99_MS: f64 = 50.0;
const MOST_TIMES: f64 = 2.0;
const MOST_EXPORT_BYTES: u64 = 100 << 20;
/// Free disk that must be left, bytes for each row included.
const BYTES_PER_ROW: u64 = 1_500;
const LEAST_FREE: u64 = 25 << 30;

struct Question {
    path: String,
    statement: String,
}

#[allow(clippy::cast_precision_loss)]
pub async fn measure(rows: u64) -> anyhow::Result<Vec<Figure>> {
    let world = World::start().await?;
    let free = free_bytes(world.stack.folder())?;
    anyhow::ensure!(
        free > LEAST_FREE + rows * BYTES_PER_ROW,
        "{rows} events need more room: {} GiB are free, 25 must be left",
        free >> 30
    );
    collector::store::migrate(&collector::store::Database::new(&super::store::settings(
        &world.stack.database,
    )?))
    .await?;
    let mut root = root(&world.stack).await?;
    let begun = Instant::now();
    fill(&mut root, rows).await?;
    say(&format!("  {} events made up in {:.0} s", grouped(rows as f64), begun.elapsed().as_secs_f64()));
    let web = world.program(Program::Web).await?;
    let id = web.id().context("the web program has ended")?;

    let mut bare_connection =
        MySqlConnection::connect(&world.stack.database.url("web", "vigiroute")?).await?;
    let questions = questions(rows);
    let (mut bare_ms, mut rest_ms, mut found) = (Vec::new(), Vec::new(), 0);
    let mut client = Http::connect(&world.stack.web_url())?;
    for (n, question) in questions.iter().enumerate() {
        let (mut bodies, mut events) = (0, 0);
        // Who asks first brings the pages into memory for the other: they take turns.
        for is_bare in [n.is_multiple_of(2), !n.is_multiple_of(2)] {
            let begun = Instant::now();
            if is_bare {
                let found: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(question.statement.clone()))
                    .fetch_all(&mut bare_connection)
                    .await?;
                bare_ms.push(begun.elapsed().as_secs_f64() * 1e3);
                bodies = found.len();
            } else {
                let page = client.get(&question.path)?;
                rest_ms.push(begun.elapsed().as_secs_f64() * 1e3);
                let page: serde_json::Value = serde_json::from_slice(&page)?;
                events = page["events"].as_array().context("no page")?.len();
            }
        }
        anyhow::ensure!(events == bodies.min(100), "{}: {events} and {bodies}", question.path);
        found += events;
    }
    say(&format!("  {QUESTIONS} questions, {found} events"));
    bare_ms.sort_by(f64::total_cmp);
    rest_ms.sort_by(f64::total_cmp);
    let [bare_median, bare_p99] = [0.5, 0.99].map(|share| quantile(&bare_ms, share));
    let [median, p99] = [0.5, 0.99].map(|share| quantile(&rest_ms, share));

    let before = resident(id)?;
    let export = export(&world.stack.web_url(), id).await?;
    anyhow::ensure!(export.lines == rows + 1, "the export has {} lines of {}", export.lines, rows + 1);
    stop(web).await;
    let what = format!(
        "GET /api/v1/events, 100 of {} events with a rectangle and a time window",
        grouped(rows as f64)
    );
    Ok(vec![
        Figure::plain(
            format!("{what}: the bare statement"),
            format!("median {bare_median:.1} ms, p99 {bare_p99:.1} ms"),
        ),
        Figure::goal(
            "… the request",
            format!("median {median:.1} ms, p99 {p99:.1} ms"),
            "p99 at most 50 ms",
            p99 <= MOST_P99_MS,
        ),
        Figure::goal(
            "… times the bare statement (median, p99)",
            format!("{:.2}×, {:.2}×", median / bare_median, p99 / bare_p99),
            "at most 2×",
            median <= MOST_TIMES * bare_median && p99 <= MOST_TIMES * bare_p99,
        ),
        Figure::goal(
            format!("memory of the web program while it exports all {} as CSV", grouped(rows as f64)),
            format!(
                "{:.0} MiB before, at most {:.0} ({} MB at {} events/s)",
                before.now as f64 / 1_048_576.0,
                export.most_bytes as f64 / 1_048_576.0,
                grouped(export.bytes as f64 / 1e6),
                grouped(rows as f64 / export.seconds)
            ),
            "at most 100 MiB",
            export.most_bytes <= MOST_EXPORT_BYTES,
        ),
    ])
}

/// The server's own administrator, who is known by the socket only.
async fn root(stack: &Stack) -> anyhow::Result<MySqlConnection> {
    let options = MySqlConnectOptions::new()
        .socket(stack.folder().join("mysql/data/sock"))
        .username("root")
        .password(&stack.database.password("root")?)
        .database("vigiroute")
        .ssl_mode(MySqlSslMode::Disabled)
        .disable_statement_logging();
    Ok(options.connect().await?)
}

/// Makes events up inside the database. What makes a crash harmless is left out meanwhile.
async fn fill(root: &mut MySqlConnection, rows: u64) -> anyhow::Result<()> {
    for setting in [
        "innodb_flush_log_at_trx_commit = 0",
        "innodb_log_file_size = 536870912",
        "innodb_buffer_pool_size = 1073741824",
    ] {
        root.execute(sqlx::AssertSqlSafe(format!("SET GLOBAL {setting}"))).await?;
    }
    let template = serde_json::to_string(&event(1)?)?;
    let sample = event(1)?;
    let body = body_of(
        &template,
        &[
            (&sample.id.to_string(), "uuid"),
            (&sample.occurred_at.to_string(), "rfc"),
            (&sample.detected_at.to_string(), "rfc"),
            (&sample.position.lat.to_string(), "lat"),
            (&sample.position.lon.to_string(), "lon"),
            ("zone-1", "zone"),
        ],
    );
    // The rows are well formed, and checking a million bodies takes longer than writing them.
    root.execute("SET SESSION check_constraint_checks = 0, SESSION unique_checks = 0").await?;
    let (west, south, width, height) = CITY;
    let mut made = 0;
    while made < rows {
        let last = (made + CHUNK).min(rows);
        let statement = format!(
            "INSERT INTO events (id, revision, type, phase, is_open, occurred_at, detected_at, ended_at, lat, lon, \
             road_id, road_name, zone_id, zone_name, confidence, body, stored_at) \
             SELECT UNHEX(hex), 1, 'zone_entry', 'started', FALSE, time, time, NULL, lat, lon, \
             NULL, NULL, zone, 'Länsisatama', 0.93, {body}, time FROM ( \
             SELECT *, LOWER(CONCAT_WS('-', SUBSTR(hex, 1, 8), SUBSTR(hex, 9, 4), SUBSTR(hex, 13, 4), SUBSTR(hex, 17, 4), \
             SUBSTR(hex, 21))) uuid, CONCAT(LEFT(REPLACE(time, ' ', 'T'), 23), 'Z') rfc FROM ( \
             SELECT seq, CONCAT(LPAD(HEX({BEGIN_MS} + seq * {STEP_MS}), 12, '0'), '80008000', LPAD(HEX(seq), 12, '0')) hex, \
             DATE_ADD('1970-01-01', INTERVAL ({BEGIN_MS} + seq * {STEP_MS}) * 1000 MICROSECOND) time, \
             ROUND({south} + {height} * CONV(SUBSTR(MD5(seq), 1, 8), 16, 10) / 4294967295, 7) lat, \
             ROUND({west} + {width} * CONV(SUBSTR(MD5(seq), 9, 8), 16, 10) / 4294967295, 7) lon, \
             CONCAT('zone-', CRC32(seq) % 1000) zone FROM seq_{}_to_{last}) a) b",
            made + 1
        );
        root.execute(sqlx::AssertSqlSafe(statement)).await?;
        if (last / CHUNK).is_multiple_of(4) {
            say(&format!("  {} events", grouped(last as f64)));
        }
        made = last;
    }
    root.execute("ANALYZE TABLE events").await?;
    for setting in ["innodb_flush_log_at_trx_commit = 1", "innodb_buffer_pool_size = 134217728"] {
        root.execute(sqlx::AssertSqlSafe(format!("SET GLOBAL {setting}"))).await?;
    }
    Ok(())
}

/// The SQL that makes a body: the template's text with columns in place of its values.
fn body_of(template: &str, columns: &[(&str, &str)]) -> String {
    let Some(((value, column), others)) = columns.split_first() else { return format!("'{template}'") };
    let parts: Vec<String> = template.split(value).map(|part| body_of(part, others)).collect();
    if parts.len() == 1 {
        parts.concat()
    } else {
        format!("CONCAT({})", parts.join(&format!(", {column}, ")))
    }
}

/// Rectangles and times all over, the same every time.
#[allow(clippy::cast_possible_truncation)]
fn questions(rows: u64) -> Vec<Question> {
    let mut chance = Chance::new(5);
    let (west, south, width, height) = CITY;
    let mut share = move || chance.below(1_000_000) as f64 / 1e6;
    let time = |ms: u64| model::Timestamp::from_ms_clamped(i64::try_from(ms).unwrap_or(i64::MAX)).to_string();
    (0..QUESTIONS)
        .map(|n| {
            let (side, hours) = (SIDES[n % SIDES.len()], HOURS[n / SIDES.len() % HOURS.len()]);
            let w = west + width * (1.0 - side) * share();
            let s = south + height * (1.0 - side) * share();
            let (e, n) = (w + width * side, s + height * side);
            let span = (rows + 1) * STEP_MS;
            let length = hours.saturating_mul(3_600_000).min(span);
            #[allow(clippy::cast_sign_loss)]
            let from = BEGIN_MS + ((span - length) as f64 * share()) as u64;
            let (from, to) = (time(from), time(from + length));
            let sql = |time: &str| time.replace('T', " ").replace('Z', "");
            Question {
                path: format!("/api/v1/events?bbox={w:.6},{s:.6},{e:.6},{n:.6}&from={from}&to={to}"),
                statement: format!(
                    "SELECT CAST(e.body AS CHAR) FROM (SELECT id, occurred_at FROM events \
                     WHERE occurred_at >= '{}' AND occurred_at < '{}' AND lat BETWEEN {s:.6} AND {n:.6} \
                     AND lon BETWEEN {w:.6} AND {e:.6} ORDER BY occurred_at DESC, id DESC LIMIT 101) page \
                     JOIN events e ON e.id = page.id ORDER BY page.occurred_at DESC, page.id DESC",
                    sql(&from),
                    sql(&to)
                ),
            }
        })
        .collect()
}

struct Export {
    lines: u64,
    bytes: u64,
    seconds: f64,
    most_bytes: u64,
}

/// Reads all events as CSV, and looks at the memory of the program that writes them.
async fn export(url: &str, id: u32) -> anyhow::Result<Export> {
    let most = Arc::new(AtomicU64::new(0));
    let ended = Arc::new(AtomicBool::new(false));
    let looking = tokio::spawn({
        let (most, ended) = (Arc::clone(&most), Arc::clone(&ended));
        async move {
            while !ended.load(Ordering::Relaxed) {
                if let Ok(memory) = resident(id) {
                    most.fetch_max(memory.now, Ordering::Relaxed);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    });
    let begun = Instant::now();
    let mut stream = Http::connect(url)?.stream;
    stream.write_all(b"GET /api/v1/events.csv HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")?;
    let reading = tokio::task::spawn_blocking(move || -> anyhow::Result<(u64, u64)> {
        let (mut buffer, mut bytes, mut lines, mut head) = ([0; 64 * 1024], 0, 0, Vec::new());
        let mut in_head = true;
        loop {
            let read = stream.read(&mut buffer)?;
            if read == 0 {
                return Ok((lines, bytes));
            }
            let mut part = &buffer[..read];
            if in_head {
                head.extend_from_slice(part);
                let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
                anyhow::ensure!(head.starts_with(b"HTTP/1.") && head[8..].starts_with(b" 200"), "no export");
                (in_head, part) = (false, &head[end + 4..]);
            }
            bytes += part.len() as u64;
            lines += part.iter().filter(|byte| **byte == b'\n').count() as u64;
        }
    });
    let outcome = reading.await?;
    ended.store(true, Ordering::Relaxed);
    looking.await?;
    let (lines, bytes) = outcome?;
    let seconds = begun.elapsed().as_secs_f64();
    Ok(Export { lines, bytes, seconds, most_bytes: most.load(Ordering::Relaxed) })
}

/// One connection that stays open, as a browser's does.
struct Http {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Http {
    fn connect(url: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(url.trim_start_matches("http://"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream, buffer: Vec::new() })
    }

    /// The body of an answer whose length is told.
    fn get(&mut self, path: &str) -> anyhow::Result<Vec<u8>> {
        let path = path.replace('+', "%2B");
        write!(self.stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")?;
        let mut piece = [0; 64 * 1024];
        loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.buffer[..end]).to_lowercase();
                let length =
                    head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                let length: usize = length.with_context(|| format!("{path} tells no length: {head}"))?;
                if self.buffer.len() >= end + 4 + length {
                    let body = self.buffer[end + 4..end + 4 + length].to_vec();
                    self.buffer.drain(..end + 4 + length);
                    anyhow::ensure!(head.starts_with("http/1.1 200"), "{path}: {head}");
                    return Ok(body);
                }
            }
            let read = self.stream.read(&mut piece)?;
            anyhow::ensure!(read > 0, "the web program closed the connection");
            self.buffer.extend_from_slice(&piece[..read]);
        }
    }
}

fn free_bytes(folder: &std::path::Path) -> anyhow::Result<u64> {
    let space = rustix::fs::statvfs(folder)?;
    Ok(space.f_bavail * space.f_frsize)
}
