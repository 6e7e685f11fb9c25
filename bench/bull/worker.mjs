// The same backlink jobs as a Bull worker would do them: same rows and calls of the model, and no checks.
//
// node worker.mjs enqueue < ids   adds a job for each order; node worker.mjs work   works on them until it is ended.

import { createHash, randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import Queue from "bull";
import OpenAI from "openai";
import pg from "pg";

const queue = new Queue("backlink-integration", process.env.REDIS_URL);
const MIN_WORDS = 25;

if (process.argv[2] === "enqueue") {
  const lines = createInterface({ input: process.stdin });
  for await (const orderId of lines) await queue.add({ orderId }, { attempts: 3, backoff: { type: "exponential", delay: 2000 } });
  await queue.close();
} else {
  work(Number(process.env.CONCURRENCY));
}

function work(concurrency) {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: concurrency * 2 + 2 });
  const model = new OpenAI({ apiKey: "sk-bench", baseURL: process.env.OPENAI_BASE_URL, maxRetries: 0 });
  queue.process(concurrency, (job) => integrate(pool, model, job.data.orderId));
  queue.isReady().then(() => console.log("ready"));
}

async function integrate(pool, model, orderId) {
  const { rows: [order] } = await pool.query(
    `SELECT o.article_id, o.backlink_data, o.customer_email, a.title, d.language, v.content_md
     FROM orders o JOIN articles a ON a.id = o.article_id JOIN domains d ON d.id = a.domain_id
     JOIN article_versions v ON v.id = a.selected_version_id WHERE o.id = $1`, [orderId]);
  const { rows: [job] } = await pool.query(
    `UPDATE jobs SET state = 'ACTIVE', attempts = attempts + 1, started_at = clock_timestamp(), claimed_at = clock_timestamp()
     WHERE order_id = $1 RETURNING id`, [orderId]);
  const paragraphs = order.content_md.split(/\n\n+/)
    .filter((text) => /^[A-Za-z]/.test(text) && text.split(/\s+/).length >= MIN_WORDS)
    .map((text, number) => ({ id: `p${String(number + 1).padStart(2, "0")}`, text }));
  const answers = [];
  const edit = await ask(model, "link_edit", {
    block: { type: "string", enum: paragraphs.map(({ id }) => id) }, mode: { type: "string" }, text: { type: "string" },
  }, [
    `Title: ${order.title}\nLanguage: ${order.language}\n\n` + paragraphs.map(({ id, text }) => `[${id}] ${text}`).join("\n"),
    JSON.stringify({ target_url: order.backlink_data.target_url, anchor_text: order.backlink_data.keyword, refused: [], used: [] }),
  ]);
  await store(pool, orderId, job.id, answers, edit);
  const before = paragraphs.find(({ id }) => id === edit.block).text;
  const after = `${before} ${edit.text}`;
  const start = order.content_md.indexOf(before);
  const content = order.content_md.slice(0, start) + after + order.content_md.slice(start + before.length);
  const opinion = await ask(model, "second_opinion", { relevant: { type: "object" } }, [
    JSON.stringify({ language: order.language, before, after, anchor_text: order.backlink_data.keyword }),
  ]);
  await store(pool, orderId, job.id, answers, opinion);
  await deliver(pool, orderId, order, job.id, content, { ...edit, start, sha256: createHash("sha256").update(before).digest("hex") });
}

async function ask(model, name, properties, messages) {
  const response = await model.responses.create({
    model: "bench",
    input: messages.map((content) => ({ role: "user", content })),
    text: { format: { type: "json_schema", name, strict: true, schema: { type: "object", properties, additionalProperties: false, required: Object.keys(properties) } } },
    store: false,
  });
  return JSON.parse(response.output_text);
}

async function store(pool, orderId, jobId, answers, answer) {
  answers.push(answer);
  await pool.query("UPDATE orders SET model_calls = model_calls + 1 WHERE id = $1", [orderId]);
  await pool.query("UPDATE jobs SET model_answers = $2, model_calls = model_calls + 1 WHERE id = $1", [jobId, JSON.stringify(answers)]);
}

async function deliver(pool, orderId, order, jobId, content, edit) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT id FROM articles WHERE id = $1 FOR UPDATE", [order.article_id]);
    const { rows: [version] } = await client.query(
      `INSERT INTO article_versions (id, article_id, version_num, content_md, order_id, job_id, backlink_metadata)
       SELECT $1, $2, max(version_num) + 1, $3, $4, $5, $6 FROM article_versions WHERE article_id = $2 RETURNING id`,
      [randomUUID(), order.article_id, content, orderId, jobId, JSON.stringify({ edit })]);
    await client.query("UPDATE jobs SET state = 'COMPLETED', finished_at = clock_timestamp(), model_answers = '[]' WHERE id = $1", [jobId]);
    await client.query("UPDATE orders SET status = 'QUALITY_CHECK', version_id = $2, updated_at = clock_timestamp() WHERE id = $1", [orderId, version.id]);
    await client.query(
      "INSERT INTO order_events (order_id, actor, action, from_status, to_status) VALUES ($1, 'worker', 'version delivered', 'PROCESSING', 'QUALITY_CHECK')", [orderId]);
    await client.query(
      `INSERT INTO emails (id, kind, "to", order_id, job_id, subject, html, text) VALUES ($1, 'backlink_ready', $2, $3, $4, 'ready', $5, $5)`,
      [randomUUID(), order.customer_email, orderId, jobId, `Your link in ${order.title}`]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}
