/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/manual.h"

#include <stdio.h>

#include "cli/verbs.h"

/* ---- man(7) ---- */

/* roff - text as man(7) shows it: "\" and "-" as they are, no line that begins a request */
static void roff(struct seal_buf *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		seal_buf_puts(out, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			seal_buf_puts(out, "\\e");
		else if (*text == '-')
			seal_buf_puts(out, "\\-");
		else
			seal_buf_putc(out, *text);
	}
}

static void roff_option(struct seal_buf *out, const struct seal_opt *o)
{
	seal_buf_puts(out, ".TP\n");
	if (o->letter)
		seal_buf_printf(out, "\\fB\\-%c\\fR, ", o->letter);
	seal_buf_puts(out, "\\fB\\-\\-");
	roff(out, o->name);
	seal_buf_puts(out, "\\fR");
	if (o->arg) {
		seal_buf_puts(out, " \\fI");
		roff(out, o->arg);
		seal_buf_puts(out, "\\fR");
	}
	seal_buf_putc(out, '\n');
	roff(out, o->help);
	seal_buf_puts(out, ".\n");
}

/* is_common - an option that every verb takes, or every one that reads a root */
static bool is_common(const struct seal_opt *o)
{
	return (o->verbs & SEAL_VERB_ROOT) == SEAL_VERB_ROOT;
}

static void roff_verb(struct seal_buf *out, const struct seal_verb *v)
{
	seal_buf_puts(out, ".SS \"postseal ");
	roff(out, v->name);
	if (*v->operands) {
		seal_buf_putc(out, ' ');
		roff(out, v->operands);
	}
	seal_buf_puts(out, "\"\nTells ");
	roff(out, v->about);
	seal_buf_puts(out, ".\n.br\nFormats:");
	for (const struct seal_format *f = v->formats; f->name; f++) {
		seal_buf_puts(out, f == v->formats ? " " : ", ");
		roff(out, f->name);
	}
	seal_buf_puts(out, ".\n");
	for (const struct seal_opt *o = seal_options; o->name; o++)
		if (!is_common(o) && (o->verbs & v->bit))
			roff_option(out, o);
}

static const char page_head[] =
	".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
	".TH POSTSEAL 1 \"\" \"postseal " SEAL_VERSION "\" \"User Commands\"\n"
	".SH NAME\n"
	"postseal \\- why Postfix mail is stuck: SELinux, the firewall, or something else\n"
	".SH SYNOPSIS\n"
	".B postseal\n"
	".I VERB\n"
	"[\\fIoptions\\fR] [\\fIarguments\\fR]\n"
	".SH DESCRIPTION\n"
	".B postseal\n"
	"reads a live host, an image directory, an evidence bundle or a sosreport, names one cause "
	"for each\n"
	"message that waits, shows the evidence, and proves the smallest fix. It writes nothing "
	"but its\n"
	"output, and opens no connection: but for\n"
	".BR probe ,\n"
	"which asks the network, and\n"
	".BR \"fix \\-\\-apply\" ,\n"
	"which changes what the plan says.\n"
	".SH VERBS\n";

static const char page_tail[] =
	".SH EXIT STATUS\n"
	".TP\n.B 0\nIt ran, and nothing is at or above the level of \\-\\-fail\\-on.\n"
	".TP\n.B 1\nIt failed: no verdict.\n"
	".TP\n.B 2\nFindings at or above the level of \\-\\-fail\\-on; of verify: "
	"something is not as the plan wants it.\n"
	".TP\n.B 3\nEvidence is incomplete, and \\-\\-require\\-complete was given.\n"
	".TP\n.B 64\nThe command line or a file of rules is wrong.\n"
	".SH ENVIRONMENT\n"
	".TP\n.B NO_COLOR\nNo colours when it is set and not empty.\n"
	".TP\n.B SOURCE_DATE_EPOCH\n"
	"The time to take for now, in seconds since 1970, so that a run can be repeated.\n"
	".SH FILES\n"
	"Below the root: etc/postfix, var/spool/postfix, var/log, etc/selinux, var/lib/selinux,\n"
	"etc/nftables.conf, etc/firewalld, and what these name.\n"
	"Of a plan directory: plan.json, apply.sh, undo.sh, playbook.yml, the modules, and, once "
	"it "
	"was begun,\n"
	"state: what its way back needs.\n"
	".SH EXAMPLES\n"
	".TP\nOn the mail server, as root:\n"
	".EX\npostseal explain\npostseal fix \\-o plan/\n.EE\n"
	".TP\nCarry a plan out, look whether it worked, take it back:\n"
	".EX\npostseal fix \\-\\-apply plan/plan.json \\-\\-hash SHA\\-256 \\-\\-confirm 5m\n"
	"postseal verify plan/plan.json\npostseal fix \\-\\-undo plan/plan.json\n.EE\n"
	".TP\nWatch it, with the counts for Prometheus:\n"
	".EX\npostseal watch \\-\\-textfile postseal.prom\n.EE\n"
	".TP\nTake the evidence elsewhere:\n"
	".EX\npostseal collect \\-o mail.tar.zst\npostseal explain \\-\\-root mail.tar.zst\n.EE\n"
	".TP\nGate an image:\n"
	".EX\npostseal audit \\-\\-root image \\-\\-fail\\-on high \\-\\-format "
	"junit=audit.xml\n.EE\n"
	".SH SEE ALSO\n"
	".BR postfix (1),\n.BR audit2allow (1),\n.BR semanage (8),\n.BR nft (8),\n.BR "
	"firewall\\-cmd (1)\n";

void seal_manual_page(struct seal_buf *out)
{
	seal_buf_puts(out, page_head);
	for (const struct seal_verb *v = seal_verbs; v->name; v++)
		roff_verb(out, v);
	seal_buf_puts(out, ".SH COMMON OPTIONS\n");
	for (const struct seal_opt *o = seal_options; o->name; o++)
		if (is_common(o))
			roff_option(out, o);
	seal_buf_puts(out, page_tail);
}

/* ---- completions ---- */

/* enum subject - what the argument of an option is */
enum subject { ANY, FILES, DIRECTORIES, FORMAT };

static enum subject subject_of(const struct seal_opt *o)
{
	struct seal_bytes arg = seal_bytes_of(o->arg);

	if (strcmp(o->name, "format") == 0)
		return FORMAT;
	if (seal_bytes_find(arg, "FILE") >= 0 || seal_bytes_find(arg, "BUNDLE") >= 0)
		return FILES;
	return seal_bytes_find(arg, "DIR") >= 0 ? DIRECTORIES : ANY;
}

static void bash_verb(struct seal_buf *out, const struct seal_verb *v)
{
	seal_buf_printf(out, "\t%s)\n\t\topts='", v->name);
	for (const struct seal_opt *o = seal_options; o->name; o++)
		if (o->verbs & v->bit)
			seal_buf_printf(out, "--%s ", o->name);
	seal_buf_puts(out, "'\n\t\tformats='");
	for (const struct seal_format *f = v->formats; f->name; f++)
		seal_buf_printf(out, "%s ", f->name);
	seal_buf_puts(out, "'\n\t\t;;\n");
}

/* bash_case - "--a | --b" of the options whose argument is a @subject */
static void bash_case(struct seal_buf *out, enum subject subject)
{
	bool some = false;

	for (const struct seal_opt *o = seal_options; o->name; o++) {
		if (!o->arg || subject_of(o) != subject)
			continue;
		seal_buf_printf(out, "%s--%s", some ? " | " : "", o->name);
		if (o->letter)
			seal_buf_printf(out, " | -%c", o->letter);
		some = true;
	}
}

void seal_manual_bash(struct seal_buf *out)
{
	seal_buf_puts(out,
		      "# SPDX-License-Identifier: GPL-2.0-or-later\n"
		      "# bash completion for postseal\n\n"
		      "_postseal()\n{\n"
		      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		      "\tlocal opts formats\n\n"
		      "\tCOMPREPLY=()\n"
		      "\tif ((COMP_CWORD == 1)); then\n"
		      "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (const struct seal_verb *v = seal_verbs; v->name; v++)
		seal_buf_printf(out, "%s ", v->name);
	seal_buf_puts(out, "--help --version' -- \"$cur\")\n\t\treturn\n\tfi\n"
			   "\tcase ${COMP_WORDS[1]} in\n");
	for (const struct seal_verb *v = seal_verbs; v->name; v++)
		bash_verb(out, v);
	seal_buf_puts(out, "\tesac\n\tcase $prev in\n\t");
	bash_case(out, FORMAT);
	seal_buf_puts(out, ")\n\t\tmapfile -t COMPREPLY < <(compgen -W \"$formats\" -- \"$cur\")\n"
			   "\t\treturn\n\t\t;;\n\t");
	bash_case(out, FILES);
	seal_buf_puts(out, ")\n\t\tcompopt -o filenames 2>/dev/null\n"
			   "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
			   "\t\treturn\n\t\t;;\n\t");
	bash_case(out, DIRECTORIES);
	seal_buf_puts(out, ")\n\t\tcompopt -o filenames 2>/dev/null\n"
			   "\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
			   "\t\treturn\n\t\t;;\n\t");
	bash_case(out, ANY);
	seal_buf_puts(out, ")\n\t\treturn\n\t\t;;\n\tesac\n"
			   "\tmapfile -t COMPREPLY < <(compgen -W \"$opts\" -- \"$cur\")\n"
			   "}\ncomplete -F _postseal postseal\n");
}

/* zsh_text - a description between brackets within single quotes */
static void zsh_text(struct seal_buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			seal_buf_puts(out, "'\\''");
		else if (strchr("[]:\\", *text))
			seal_buf_printf(out, "\\%c", *text);
		else
			seal_buf_putc(out, *text);
	}
}

static void zsh_option(struct seal_buf *out, const struct seal_verb *v, const struct seal_opt *o)
{
	seal_buf_printf(out, "\t\t'*--%s[", o->name);
	zsh_text(out, o->help);
	seal_buf_putc(out, ']');
	if (o->arg) {
		seal_buf_putc(out, ':');
		zsh_text(out, o->arg);
		seal_buf_putc(out, ':');
		if (subject_of(o) == FILES)
			seal_buf_puts(out, "_files");
		else if (subject_of(o) == DIRECTORIES)
			seal_buf_puts(out, "_files -/");
		if (subject_of(o) == FORMAT) {
			seal_buf_putc(out, '(');
			for (const struct seal_format *f = v->formats; f->name; f++)
				seal_buf_printf(out, "%s%s", f == v->formats ? "" : " ", f->name);
			seal_buf_putc(out, ')');
		}
	}
	seal_buf_puts(out, "' \\\n");
}

void seal_manual_zsh(struct seal_buf *out)
{
	seal_buf_puts(out, "#compdef postseal\n# SPDX-License-Identifier: GPL-2.0-or-later\n\n"
			   "local -a verbs\nverbs=(\n");
	for (const struct seal_verb *v = seal_verbs; v->name; v++) {
		seal_buf_printf(out, "\t'%s:", v->name);
		zsh_text(out, v->about);
		seal_buf_puts(out, "'\n");
	}
	seal_buf_puts(out, ")\nif ((CURRENT == 2)); then\n\t_describe verb verbs\n\treturn\nfi\n"
			   "shift words\n((CURRENT--))\ncase $words[1] in\n");
	for (const struct seal_verb *v = seal_verbs; v->name; v++) {
		seal_buf_printf(out, "%s)\n\t_arguments \\\n", v->name);
		for (const struct seal_opt *o = seal_options; o->name; o++)
			if (o->verbs & v->bit)
				zsh_option(out, v, o);
		seal_buf_puts(out, "\t\t'*:argument:'\n\t;;\n");
	}
	seal_buf_puts(out, "esac\n");
}
