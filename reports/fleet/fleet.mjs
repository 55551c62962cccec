// SPDX-License-Identifier: GPL-2.0-or-later
//
// Questions to a folder of postseal's NDJSON, of any hosts and verbs, one or many reports a file:
// what fails, why mail waits, what drifted, which fix frees most. See usage below.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { page } from './page.mjs';
import { text } from './text.mjs';

const USAGE = `usage: fleet.mjs [--before DIR] [--images A B] [--top N] [--html FILE] [--parquet DIR] [--memory SIZE] DIR

  DIR             folder of reports: *.ndjson, *.ndjson.gz
  --before DIR    the same at an earlier date: what came and went since
  --images A B    what came and went from image or host A to B
  --top N         rows of each table (default: 20)
  --html FILE     one page, with pictures, that loads nothing
  --parquet DIR   tables for other tools: finding, cause, fix, run, drift
  --memory SIZE   of the tables: 500MB, 8GB (default: 2GB); what is more goes into a temporary folder

The tables go to standard output. Exit status: 0, 1 failed, 64 usage.
`;

const SUFFIX = /\.ndjson(\.gz)?$/;
// what a path may not hold: it would be read as a pattern
const PATTERN = /[*?[\]]/;

// Every key that a question needs. What has another type makes its line no record, as what is no JSON.
const COLUMNS = {
	record: 'VARCHAR', run: 'VARCHAR', host_name: 'VARCHAR', schema: 'VARCHAR', verb: 'VARCHAR', root: 'VARCHAR',
	complete: 'BOOLEAN', id: 'VARCHAR', fingerprint: 'VARCHAR', status: 'VARCHAR', severity: 'VARCHAR',
	title: 'VARCHAR', object: 'JSON', class: 'VARCHAR', verdict: 'VARCHAR', certainty: 'VARCHAR',
	messages: 'BIGINT', fix: 'VARCHAR', kind: 'VARCHAR', steps: 'JSON', why: 'VARCHAR', records: 'BIGINT',
};

const quote = (s) => `'${String(s).replaceAll("'", "''")}'`;

class Usage extends Error {}

function filesOf(folder) {
	const files = [];
	for (const name of fs.readdirSync(folder).sort()) {
		const file = path.join(folder, name);
		if (!SUFFIX.test(name) || !fs.statSync(file).isFile())
			continue;
		if (PATTERN.test(file))
			throw new Usage(`${file}: a name with *, ?, [ or ] cannot be read`);
		files.push(file);
	}
	return files;
}

// load - the tables of one folder, with PREFIX before their names
async function load(db, folder, prefix) {
	const files = filesOf(folder);
	const columns = Object.entries(COLUMNS).map(([k, t]) => `${k}: ${quote(t)}`).join(', ');
	const full = files.filter((f) => fs.statSync(f).size > 0);
	const source = full.length
		? `SELECT * FROM read_json([${full.map(quote).join(', ')}], format = 'newline_delimited',
			ignore_errors = true, maximum_object_size = 16777216, filename = true, columns = {${columns}})
			WHERE record IS NOT NULL AND run IS NOT NULL`
		: `SELECT ${Object.entries(COLUMNS).map(([k, t]) => `NULL::${t} AS ${k}`).join(', ')}, NULL AS filename LIMIT 0`;
	await db.run(`CREATE TABLE ${prefix}line AS ${source}`);
	// a run is whole when as many lines stand between run and end as end says; it may be given twice
	await db.run(`CREATE TABLE ${prefix}run AS
		SELECT run, max(host_name) AS host, max(verb) FILTER (record = 'run') AS verb,
			max(root) FILTER (record = 'run') AS root,
			coalesce(bool_or(record = 'run') AND bool_or(record = 'end')
				AND count(*) FILTER (record NOT IN ('run', 'end'))
					>= max(records) FILTER (record = 'end') * count(*) FILTER (record = 'end'), false) AS whole
		FROM ${prefix}line GROUP BY run`);
	await db.run(`CREATE VIEW ${prefix}good AS SELECT l.* FROM ${prefix}line l JOIN ${prefix}run r USING (run)
		WHERE r.whole AND l.record NOT IN ('run', 'end')`);
	await db.run(`CREATE TABLE ${prefix}finding AS
		SELECT DISTINCT host_name AS host, id, fingerprint, status, severity, title, object::VARCHAR AS object
		FROM ${prefix}good WHERE record = 'finding'`);
	// one cause of a host may stand in the reports of two verbs
	await db.run(`CREATE TABLE ${prefix}cause AS
		SELECT host_name AS host, class, verdict, any_value(certainty) AS certainty,
			any_value(title) AS title, fingerprint, max(messages) AS messages, any_value(run) AS run,
			any_value(fix) AS fix
		FROM ${prefix}good WHERE record = 'cause' GROUP BY ALL`);
	await db.run(`CREATE TABLE ${prefix}fix AS
		SELECT DISTINCT ON (run, id) host_name AS host, run, id, fingerprint, kind, steps, why FROM ${prefix}good WHERE record = 'fix'`);
	// hosts that gave no verdict: a run without its end, a file without a record
	await db.run(`CREATE TABLE ${prefix}failed AS
		SELECT DISTINCT host, coalesce(verb, '') AS verb FROM ${prefix}run WHERE NOT whole`);
	const having = new Set((await rows(db, `SELECT DISTINCT filename FROM ${prefix}line`)).map((r) => r.filename));
	for (const file of files) {
		if (having.has(file))
			continue;
		const [host, verb] = nameOf(file);
		await db.run(`INSERT INTO ${prefix}failed VALUES (${quote(host)}, ${quote(verb)})`);
	}
}

// nameOf - HOST.VERB.ndjson
function nameOf(file) {
	const name = path.basename(file).replace(SUFFIX, '');
	const dot = name.lastIndexOf('.');
	return dot > 0 ? [name.slice(0, dot), name.slice(dot + 1)] : [name, ''];
}

async function rows(db, sql) {
	const reader = await db.runAndReadAll(sql);
	const plain = (v) => (typeof v === 'bigint' ? Number(v) : v);
	return reader.getRowObjects().map((r) => Object.fromEntries(Object.entries(r).map(([k, v]) => [k, plain(v)])));
}

const WORST = `CASE severity WHEN 'critical' THEN 5 WHEN 'high' THEN 4 WHEN 'medium' THEN 3 WHEN 'low' THEN 2 ELSE 1 END`;
const SURE = `CASE certainty WHEN 'certain' THEN 3 WHEN 'likely' THEN 2 WHEN 'possible' THEN 1 ELSE 0 END`;

// driftTable - what came and went; a failure that the later side cannot decide, or whose host gave no
// verdict there, is not gone
async function driftTable(db, from, to, sameHost) {
	const key = sameHost ? 'host, fingerprint' : 'fingerprint';
	const host = sameHost ? 'host' : `(SELECT any_value(host) FROM ${to}) AS host`;
	await db.run(`CREATE TABLE drift AS
		WITH a AS (SELECT DISTINCT ON (${key}) * FROM ${from} WHERE status = 'fail'),
		b AS (SELECT DISTINCT ON (${key}) * FROM ${to} WHERE status = 'fail'),
		answered AS (SELECT DISTINCT ${sameHost ? 'host, ' : ''}id FROM ${to} WHERE status IN ('fail', 'pass', 'na', 'waived'))
		SELECT 'new' AS change, ${host}, id, severity, title, object FROM b ANTI JOIN a USING (${key})
		UNION ALL
		SELECT CASE WHEN ${sameHost ? '(host, id)' : 'id'} IN (FROM answered) THEN 'gone' ELSE 'undecided' END,
			${host}, id, severity, title, object
		FROM a ANTI JOIN b USING (${key})`);
}

async function ask(db, top) {
	const q = {};
	[q.sum] = await rows(db, `SELECT count(DISTINCT host) AS hosts,
		(SELECT count(DISTINCT host) FROM failed) AS failed,
		(SELECT count(*) FROM finding WHERE status = 'fail') AS fails,
		(SELECT coalesce(sum(messages), 0)::BIGINT FROM cause) AS messages
		FROM (SELECT host FROM run UNION SELECT host FROM failed)`);
	q.failed = await rows(db, `SELECT host, string_agg(verb, ', ' ORDER BY verb) AS verbs FROM failed
		GROUP BY host ORDER BY host LIMIT ${top}`);
	q.rules = await rows(db, `SELECT id, any_value(severity) AS severity, any_value(title) AS title,
		count(DISTINCT host) FILTER (status = 'fail') AS hosts, count(*) FILTER (status = 'fail') AS fails,
		count(DISTINCT host) FILTER (status = 'unknown') AS unknown
		FROM finding GROUP BY id HAVING fails > 0 ORDER BY hosts DESC, max(${WORST}) DESC, id LIMIT ${top}`);
	q.hosts = await rows(db, `SELECT host, sum(messages)::BIGINT AS messages, count(*) AS causes,
		arg_max(verdict, (messages, ${SURE}, verdict)) AS verdict,
		arg_max(certainty, (messages, ${SURE}, verdict)) AS certainty,
		arg_max(title, (messages, ${SURE}, verdict)) AS title
		FROM cause GROUP BY host ORDER BY messages DESC, causes DESC, host LIMIT ${top}`);
	q.classes = await rows(db, `SELECT class, sum(messages)::BIGINT AS messages, count(DISTINCT host) AS hosts
		FROM cause GROUP BY class HAVING messages > 0 ORDER BY messages DESC, class LIMIT ${top}`);
	q.fixes = await rows(db, `SELECT any_value(f.kind) AS kind, any_value(f.steps)::VARCHAR AS steps, any_value(f.why) AS why,
		count(DISTINCT f.host) AS hosts, sum(c.messages)::BIGINT AS messages
		FROM fix f JOIN cause c ON c.run = f.run AND c.fix = f.id
		GROUP BY f.fingerprint HAVING sum(c.messages) > 0
		ORDER BY messages DESC, hosts DESC, f.fingerprint LIMIT ${top}`);
	for (const f of q.fixes)
		f.commands = commands(f.steps) || f.why || f.kind;
	return q;
}

async function askDrift(db, q, top) {
	q.changes = await rows(db, `SELECT change, count(*) AS n FROM drift GROUP BY change ORDER BY change`);
	q.drift = await rows(db, `SELECT change, id, any_value(severity) AS severity, any_value(title) AS title,
		count(DISTINCT host) AS hosts FROM drift GROUP BY change, id
		ORDER BY change = 'new' DESC, change, hosts DESC, max(${WORST}) DESC, id LIMIT ${top}`);
}

// commands - the steps of a fix as they would be typed; what is for a person has no argv
function commands(steps) {
	try {
		return JSON.parse(steps).filter((s) => Array.isArray(s.argv) && s.argv.length)
			.map((s) => s.argv.map(String).join(' ')).join('; ');
	} catch {
		return '';
	}
}

async function parquet(db, folder, hasDrift) {
	fs.mkdirSync(folder, { recursive: true });
	for (const name of ['finding', 'cause', 'fix', 'run', ...(hasDrift ? ['drift'] : [])])
		await db.run(`COPY (SELECT * FROM ${name} ORDER BY ALL) TO ${quote(path.join(folder, name + '.parquet'))} (FORMAT parquet)`);
}

function options(argv) {
	const o = { top: 20, memory: '2GB' };
	const next = () => {
		if (!argv.length)
			throw new Usage('an argument is missing');
		return argv.shift();
	};
	while (argv.length) {
		const word = argv.shift();
		if (word === '--before' || word === '--html' || word === '--parquet' || word === '--memory')
			o[word.slice(2)] = next();
		else if (word === '--images')
			o.images = [next(), next()];
		else if (word === '--top')
			o.top = Number(next());
		else if (word === '--help')
			o.help = true;
		else if (word.startsWith('-') || o.folder !== undefined)
			throw new Usage(`what is '${word}'?`);
		else
			o.folder = word;
	}
	if (!o.help && o.folder === undefined)
		throw new Usage('name a folder of reports');
	if (!Number.isInteger(o.top) || o.top < 1 || o.top > 100000)
		throw new Usage('--top: a number from 1 to 100000');
	if (!/^[1-9]\d{0,5}[MG]B$/.test(o.memory))
		throw new Usage('--memory: as 500MB or 8GB');
	if (o.before && o.images)
		throw new Usage('--before and --images: one of them');
	return o;
}

async function main() {
	const o = options(process.argv.slice(2));
	if (o.help) {
		process.stdout.write(USAGE);
		return;
	}
	const spill = fs.mkdtempSync(path.join(os.tmpdir(), 'postseal-fleet-'));
	try {
		await answer(o, spill);
	} finally {
		fs.rmSync(spill, { recursive: true, force: true });
	}
}

// answer - all that was asked; SPILL: a folder for what does not fit into memory
async function answer(o, spill) {
	const db = await (await DuckDBInstance.create(':memory:')).connect();
	// reports are data: nothing is fetched for them
	await db.run('SET autoinstall_known_extensions = false; SET autoload_known_extensions = false; SET threads = 2');
	await db.run(`SET memory_limit = ${quote(o.memory)}; SET temp_directory = ${quote(spill)}`);
	const times = process.env.POSTSEAL_FLEET_TIMES;
	let start = performance.now(), before = process.cpuUsage();
	const lap = (what) => {
		const cpu = process.cpuUsage(before);
		if (times)
			process.stderr.write(`${what}: ${Math.round(performance.now() - start)} ms, `
				+ `${Math.round((cpu.user + cpu.system) / 1000)} ms CPU\n`);
		start = performance.now();
		before = process.cpuUsage();
	};
	await load(db, o.folder, '');
	if (o.before)
		await load(db, o.before, 'before_');
	lap('load');
	const q = await ask(db, o.top);
	if (o.before)
		await driftTable(db, 'before_finding', 'finding', true);
	if (o.images) {
		for (const [i, host] of o.images.entries())
			await db.run(`CREATE TABLE image${i} AS SELECT * FROM finding WHERE host = ${quote(host)}`);
		await driftTable(db, 'image0', 'image1', false);
	}
	q.between = o.images ? o.images : o.before ? [o.before, o.folder] : null;
	if (q.between)
		await askDrift(db, q, o.top);
	lap('questions');
	process.stdout.write(text(q));
	if (o.html)
		fs.writeFileSync(o.html, page(q));
	if (o.parquet)
		await parquet(db, o.parquet, Boolean(q.between));
	lap('written');
}

main().catch((e) => {
	const plain = String(e.message).replace(/[^\x20-\x7e]/g, '?');
	process.stderr.write(`fleet.mjs: ${plain}\n`);
	process.exitCode = e instanceof Usage ? 64 : 1;
});
