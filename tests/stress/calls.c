/* Writes down every attempt to reach another machine: connect and sendto beyond the loopback, and names looked up. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void note(const char *call, const char *where, int port) {
    const char *path = getenv("VOUCH_STRESS_CALLS");
    char line[512];
    int length = snprintf(line, sizeof line, "%s %.300s %d by %d\n", call, where, port, getpid());
    int log = path ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
    if (log < 0) return;
    if (write(log, line, length) < 0) perror("calls");
    close(log);
}

static void look(const char *call, const struct sockaddr *to) {
    char name[INET6_ADDRSTRLEN] = "";
    if (!to) return;
    if (to->sa_family == AF_INET) {
        const struct sockaddr_in *address = (const void *)to;
        unsigned host = ntohl(address->sin_addr.s_addr);
        if (host >> 24 == 127 || host == 0) return;
        inet_ntop(AF_INET, &address->sin_addr, name, sizeof name);
        note(call, name, ntohs(address->sin_port));
    } else if (to->sa_family == AF_INET6) {
        const struct sockaddr_in6 *address = (const void *)to;
        if (IN6_IS_ADDR_LOOPBACK(&address->sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&address->sin6_addr)) return;
        inet_ntop(AF_INET6, &address->sin6_addr, name, sizeof name);
        note(call, name, ntohs(address->sin6_port));
    }
}

int connect(int fd, const struct sockaddr *to, socklen_t size) {
    look("connect", to);
    return REAL(connect)(fd, to, size);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t length) {
    look("sendto", to);
    return REAL(sendto)(fd, data, size, flags, to, length);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    unsigned char address[sizeof(struct in6_addr)];
    int literal = !name || inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
    if (!literal && strcmp(name, "localhost") != 0) note("getaddrinfo", name, 0);
    return REAL(getaddrinfo)(name, service, hints, found);
}
