// SPDX-License-Identifier: GPL-2.0-or-later
//
// The answers as text for a terminal. Every word of a report passes tty().

// controls, marks of direction and of no width would forge or hide lines
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

export function tty(value) {
	return String(value ?? '').toWellFormed?.().replace(HIDDEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
		?? String(value ?? '').replace(/[^\x20-\x7e]/g, '?');
}

function cut(s, n) {
	const letters = Array.from(s);
	return letters.length > n ? letters.slice(0, n - 3).join('') + '...' : s;
}

// table - columns of [heading, key, width]; a negative width is of a number
function table(title, rows, columns) {
	if (!rows?.length)
		return '';
	const line = (cells) => ' ' + cells.map((c, i) => {
		const w = columns[i][2];
		return w < 0 ? c.padStart(-w) : i === columns.length - 1 ? c : c.padEnd(w);
	}).join('  ').trimEnd() + '\n';
	let out = `\n${title}\n` + line(columns.map((c) => c[0]));
	for (const r of rows)
		out += line(columns.map(([, key, w]) => cut(tty(r[key]), Math.abs(w))));
	return out;
}

export function text(q) {
	let out = `${q.sum.hosts} hosts, ${q.sum.failed} gave no verdict; ${q.sum.fails} failures, ${q.sum.messages} messages wait or failed\n`;
	out += table('No verdict', q.failed, [['host', 'host', 40], ['report', 'verbs', 40]]);
	out += table('Rules that fail, by hosts', q.rules,
		[['hosts', 'hosts', -6], ['fails', 'fails', -6], ['unknown', 'unknown', -7], ['severity', 'severity', 8],
			['rule', 'id', 8], ['', 'title', 70]]);
	out += table('Hosts, by messages', q.hosts,
		[['messages', 'messages', -8], ['causes', 'causes', -6], ['host', 'host', 24], ['certainty', 'certainty', 9],
			['worst', 'verdict', 26], ['', 'title', 60]]);
	out += table('Fixes, by messages freed', q.fixes,
		[['messages', 'messages', -8], ['hosts', 'hosts', -6], ['kind', 'kind', 14], ['', 'commands', 100]]);
	if (q.between) {
		out += `\nFrom ${tty(q.between[0])} to ${tty(q.between[1])}: `
			+ (q.changes.map((c) => `${c.n} ${c.change}`).join(', ') || 'no change') + '\n';
		out += table('Failures that came and went', q.drift,
			[['change', 'change', 9], ['hosts', 'hosts', -6], ['severity', 'severity', 8], ['rule', 'id', 8], ['', 'title', 70]]);
	}
	return out;
}
