/* host.h - is the host as it was? */
/* SPDX-License-Identifier: 0BSD */
#ifndef HOST_H
#define HOST_H

#define HOST_TEXT 65536

struct host {
	char text[HOST_TEXT];
};

/*
 * The mount table, root, host name, named sockets and all files below the
 * watched directories (a list that ends in NULL), as lines.
 */
void host_read(struct host *host, char *const *watch);

/* The first line of one that the other lacks, with - or +; "" for none. */
void host_diff(const struct host *was, const struct host *is, char *buf,
	       unsigned size);

/* The same for any two texts of lines; up to n lines. */
void text_diff(const char *was, const char *is, int n, char *buf,
	       unsigned size);

#endif
