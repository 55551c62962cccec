/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* causes_read.h - one checked YAML file of rules/causes into the tables; for causes.c alone */

#include "evidence/rules/causes.h"
#include "evidence/rules/yaml.h"

struct causes_reader {
	struct seal_rules *rules;
	const struct seal_yaml_doc *doc;
	uint32_t order;      /* of the file's symptoms */
	uint32_t n_patterns; /* of all files so far */
	struct seal_err *err;
};

/* causes_read_top - the keys of the file itself; sets ->order */
int causes_read_top(struct causes_reader *rd);

/* causes_read_verdicts - append the verdicts of the file, in its order */
int causes_read_verdicts(struct causes_reader *rd);

/* causes_read_symptoms, causes_read_errnos - append these; the verdicts of all files have been read
 * and sorted, for they are looked up */
int causes_read_symptoms(struct causes_reader *rd);
int causes_read_errnos(struct causes_reader *rd);
