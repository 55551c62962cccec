// SPDX-License-Identifier: GPL-2.0-or-later
//
// The answers as one page that loads nothing. Every word of a report passes html().
import { createHash } from 'node:crypto';
import fs from 'node:fs';

const ENTITY = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };
// controls and marks that would turn or hide what follows are shown
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const LONGEST = 1000;

export function html(value) {
	return String(value ?? '').slice(0, LONGEST)
		.replace(HIDDEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
		.replace(/[&<>"'`]/g, (c) => ENTITY[c]);
}

const css = fs.readFileSync(new URL('../html/report.css', import.meta.url), 'utf8') + `
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th { text-align: left; color: var(--mute); font-weight: 500; }
th, td { padding: .3rem .6rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
tr:first-child th { border-top: 0; }
.n { text-align: right; white-space: nowrap; }
figure.card { margin: .75rem 0; }
svg text { fill: var(--ink); font-size: 13px; }
svg .e { text-anchor: end; }
svg .mute { fill: var(--mute); }
main { padding-bottom: 3rem; }
`;

// bars - a picture: one bar a row, its name before it and its number behind it
function bars(what, rows, name, number, color) {
	if (!rows.length)
		return '';
	const most = Math.max(...rows.map((r) => Number(r[number]) || 0), 1);
	const left = 250, width = 480, step = 26;
	let out = `<figure class="card"><svg viewBox="0 0 ${left + width + 80} ${rows.length * step + 4}" role="img" aria-label="${html(what)}">`;
	rows.forEach((r, i) => {
		const n = Number(r[number]) || 0;
		const label = Array.from(String(r[name] ?? ''));
		const short = label.length > 34 ? label.slice(0, 33).join('') + '…' : label.join('');
		out += `<text x="${left - 10}" y="${i * step + 18}" class="e">${html(short)}</text>`
			+ `<rect x="${left}" y="${i * step + 4}" width="${Math.max(n / most * width, 1).toFixed(1)}" height="18" rx="3" fill="var(${color(r, i)})"/>`
			+ `<text class="mute" x="${(left + Math.max(n / most * width, 1) + 8).toFixed(1)}" y="${i * step + 18}">${n}</text>`;
	});
	return out + '</svg></figure>\n';
}

function table(rows, columns) {
	const head = columns.map(([h, , n]) => `<th${n ? ' class="n"' : ''}>${html(h)}</th>`).join('');
	const body = rows.map((r) => '<tr>' + columns.map(([, key, n, code]) => {
		const cell = code ? `<code>${html(r[key])}</code>` : html(r[key]);
		return `<td${n ? ' class="n"' : ''}>${cell}</td>`;
	}).join('') + '</tr>').join('\n');
	return `<div class="card"><table><tr>${head}</tr>\n${body}</table></div>\n`;
}

const SEVERITY = { critical: '--fail', high: '--fail', medium: '--warn', low: '--c1', info: '--c7' };
const CHANGE = { new: '--fail', gone: '--good', undecided: '--warn' };

function section(title, lead, rows, ...parts) {
	return `<h2>${html(title)}</h2>\n<p class="lead">${html(lead)}</p>\n`
		+ (rows.length ? parts.join('') : '<p class="card">None.</p>\n');
}

export function page(q) {
	const s = q.sum, some = (rows) => rows.slice(0, 12);
	let body = section('No verdict', 'Hosts whose report is missing or has no end: nothing is known of them.', q.failed,
		table(q.failed, [['host', 'host'], ['report', 'verbs']]));
	body += section('Why mail waits', 'Messages by the class of their cause, over all hosts.', q.classes,
		bars('messages by class of cause', some(q.classes), 'class', 'messages', (r, i) => `--c${i % 6 + 1}`));
	body += section('Hosts, by messages', 'The host with most messages first, with the cause that holds most of them.', q.hosts,
		bars('messages by host', some(q.hosts), 'host', 'messages', () => '--c1'),
		table(q.hosts, [['messages', 'messages', 1], ['host', 'host'], ['certainty', 'certainty'], ['worst cause', 'title']]));
	body += section('Fixes, by messages freed', 'The same change on all hosts that want it.', q.fixes,
		table(q.fixes, [['messages', 'messages', 1], ['hosts', 'hosts', 1], ['kind', 'kind'], ['change', 'commands', 0, 1]]));
	body += section('Rules that fail, by hosts', 'Red: critical or high. The rule tells more: postseal rules show ID.', q.rules,
		bars('hosts by rule that fails', some(q.rules), 'id', 'hosts', (r) => SEVERITY[r.severity] ?? '--c7'),
		table(q.rules, [['hosts', 'hosts', 1], ['unknown', 'unknown', 1], ['severity', 'severity'], ['rule', 'id'], ['', 'title']]));
	if (q.between)
		body += section('What came and went', `Failures from ${q.between[0]} to ${q.between[1]}. Undecided: the later side cannot tell.`, q.changes,
			bars('failures by change', q.changes, 'change', 'n', (r) => CHANGE[r.change] ?? '--c7'),
			table(q.drift, [['change', 'change'], ['hosts', 'hosts', 1], ['severity', 'severity'], ['rule', 'id'], ['', 'title']]));
	const hash = createHash('sha256').update(css).digest('base64');
	return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>postseal: ${s.hosts} hosts</title><style>${css}</style></head><body>
<header><p class="verb">fleet</p><h1>${s.hosts} hosts, ${s.failed} gave no verdict</h1>
<p class="facts">${s.fails} failures; ${s.messages} messages wait or failed</p></header>
<main>
${body}</main></body></html>
`;
}
