/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* ansible.h - the program as a module of Ansible: arguments from a JSON file, one JSON object on
 * standard output with changed, failed, msg, diff */

/* seal_ansible_module - carry out what the file @args asks for
 * @run: does what a command line says and returns its exit code; called in a child
 * Arguments are "verb" (audit, explain, denials, reach, verify, apply, undo) and the options of
 * that verb with "_" for "-"; "plan" and "hash" of apply. In check mode the steps of a plan are
 * looked at, not carried out. Returns an exit code; what went wrong is in the object. */
int seal_ansible_module(const char *args, int (*run)(int argc, char **argv));
