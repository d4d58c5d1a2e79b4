// The floor below Node. `raw server` answers frames with epoll in one thread, `raw client` drives one blocking connection.
// A frame: u32be length of the rest, u8 what it is ('L': answered with a reply, 'E': sent back), the rest. A request and
// a reply are as long as Pyro5's for the same call.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST = 97, REPLY = 112, HEAD = 5, BUFFER = 1 << 18, IN_FLIGHT = 64, LARGE = 9 << 20, MOST_TIMES = 1 << 21 };
enum { CONNECTIONS = 1000, HANDSHAKES = 200 };

static char request[REQUEST], reply[REPLY];

static void head(char *frame, uint32_t size, char what) {
  uint32_t rest = htonl(size - 4);
  memcpy(frame, &rest, 4);
  frame[4] = what;
}

static void send_all(int fd, const char *bytes, size_t left) {
  while (left > 0) {
    ssize_t sent = send(fd, bytes, left, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN) return;
      struct pollfd writable = {fd, POLLOUT, 0};
      poll(&writable, 1, 5000);
      continue;
    }
    bytes += sent;
    left -= sent;
  }
}

static void no_delay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// ---- the server

struct connection {
  int fd;
  uint32_t left; // bytes of the frame still to come
  int have;      // bytes of its head
  unsigned char head[HEAD];
};

static char in[BUFFER], out[BUFFER * 2];
static size_t queued;

static void queue(int fd, const void *bytes, size_t size) {
  if (queued + size > sizeof out) {
    send_all(fd, out, queued);
    queued = 0;
  }
  memcpy(out + queued, bytes, size);
  queued += size;
}

// Answers what has arrived in `in`; all answers leave in one piece.
static void feed(struct connection *c, size_t size) {
  queued = 0;
  for (size_t at = 0; at < size;) {
    if (c->have < HEAD) {
      c->head[c->have++] = in[at++];
      if (c->have < HEAD) continue;
      uint32_t rest;
      memcpy(&rest, c->head, 4);
      c->left = ntohl(rest) - 1;
      if (c->head[4] == 'E') queue(c->fd, c->head, HEAD);
    }
    size_t taken = size - at < c->left ? size - at : c->left;
    if (c->head[4] == 'E' && taken > 0) queue(c->fd, in + at, taken);
    at += taken;
    c->left -= taken;
    if (c->left > 0) continue;
    c->have = 0;
    if (c->head[4] == 'L') queue(c->fd, reply, REPLY);
  }
  if (queued > 0) send_all(c->fd, out, queued);
}

static void watch(int poller, int fd, void *data) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = data};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static void server(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  bind(listener, (void *)&address, length);
  listen(listener, 1024);
  getsockname(listener, (void *)&address, &length);
  printf("READY {\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  int poller = epoll_create1(0);
  watch(poller, listener, NULL);
  struct epoll_event events[256];
  for (;;) {
    int count = epoll_wait(poller, events, 256, -1);
    for (int i = 0; i < count; i++) {
      struct connection *c = events[i].data.ptr;
      if (c == NULL) {
        int fd = accept4(listener, 0, 0, SOCK_NONBLOCK);
        if (fd < 0) continue;
        no_delay(fd);
        c = calloc(1, sizeof *c);
        c->fd = fd;
        watch(poller, fd, c);
        continue;
      }
      ssize_t size = recv(c->fd, in, BUFFER, 0);
      if (size > 0) {
        feed(c, size);
      } else if (size == 0 || errno != EAGAIN) {
        close(c->fd);
        free(c);
      }
    }
  }
}

// ---- the client

static int port;
static double times[MOST_TIMES];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int dial(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
  if (connect(fd, (void *)&address, sizeof address) != 0) exit(1);
  no_delay(fd);
  return fd;
}

static void receive_all(int fd, char *into, size_t left) {
  while (left > 0) {
    ssize_t got = recv(fd, into, left, 0);
    if (got <= 0) exit(1);
    into += got;
    left -= got;
  }
}

static void call(int fd) {
  char answer[REPLY];
  send_all(fd, request, REQUEST);
  receive_all(fd, answer, REPLY);
}

// Sends and receives at once: neither side has room for so much.
static void echo_large(int fd, const char *frame, char *back, size_t size) {
  size_t written = 0, got = 0;
  while (got < size) {
    if (written < size) {
      ssize_t sent = send(fd, frame + written, size - written, MSG_DONTWAIT);
      if (sent > 0) {
        written += sent;
      } else {
        struct pollfd ready = {fd, POLLIN | POLLOUT, 0};
        poll(&ready, 1, 5000);
      }
    }
    ssize_t received = recv(fd, back + got, size - got, written < size ? MSG_DONTWAIT : 0);
    if (received > 0) got += received;
  }
}

static long in_flight(int fd, double end, char *back) {
  char batch[IN_FLIGHT * REQUEST];
  for (int i = 0; i < IN_FLIGHT; i++) memcpy(batch + i * REQUEST, request, REQUEST);
  send_all(fd, batch, sizeof batch);
  long n = 0;
  int out_there = IN_FLIGHT, bytes = 0;
  while (out_there > 0) {
    bytes += recv(fd, back, IN_FLIGHT * REPLY, 0);
    int done = bytes / REPLY;
    bytes %= REPLY;
    n += done;
    out_there -= done;
    if (now() < end && done > 0) {
      send_all(fd, batch, done * REQUEST);
      out_there += done;
    }
  }
  return n;
}

static int ascending(const void *a, const void *b) {
  double d = *(const double *)a - *(const double *)b;
  return d < 0 ? -1 : d > 0;
}

// One call after the other: a list without a size, else an echo of so many bytes.
static void sequential(int fd, size_t size, double seconds, char *frame, char *back) {
  double started = now(), before = started;
  long n = 0;
  if (size > 0) head(frame, size + HEAD, 'E');
  do {
    if (size == 0) {
      call(fd);
    } else if (size < 32768) {
      send_all(fd, frame, size + HEAD);
      receive_all(fd, back, size + HEAD);
    } else {
      echo_large(fd, frame, back, size + HEAD);
    }
    double after = now();
    if (n < MOST_TIMES) times[n] = after - before;
    n++;
    before = after;
  } while (before < started + seconds);
  long kept = n < MOST_TIMES ? n : MOST_TIMES;
  qsort(times, kept, sizeof *times, ascending);
  printf("{\"n\":%ld,\"secs\":%.9f,\"p50us\":%.3f,\"p99us\":%.3f}\n", n, before - started, times[kept / 2] * 1e6,
         times[kept * 99 / 100] * 1e6);
}

static int asked(const char *line, const char *op) {
  char quoted[32];
  snprintf(quoted, sizeof quoted, "\"op\":\"%s\"", op);
  return strstr(line, quoted) != NULL;
}

static void client(void) {
  int fd = dial(), many[CONNECTIONS], opened = 0;
  char *frame = malloc(LARGE), *back = malloc(LARGE), line[512], answer[REPLY];
  memset(frame, 7, LARGE);
  printf("{\"ready\":true}\n");
  fflush(stdout);
  for (; fgets(line, sizeof line, stdin) != NULL; fflush(stdout)) {
    const char *given = strstr(line, "\"seconds\":");
    double seconds = given != NULL ? atof(given + 10) : 0.2;
    double started = now();
    long n = 0;
    if (asked(line, "check")) {
      call(fd);
    } else if (asked(line, "w2")) {
      n = in_flight(fd, started + seconds, back);
    } else if (asked(line, "w5open")) {
      for (; opened < CONNECTIONS; opened++) {
        many[opened] = dial();
        call(many[opened]);
      }
      n = opened;
    } else if (asked(line, "w5round")) {
      do {
        for (int i = 0; i < opened; i++) send_all(many[i], request, REQUEST);
        for (int i = 0; i < opened; i++) receive_all(many[i], answer, REPLY);
        n += opened;
      } while (now() < started + seconds);
    } else if (asked(line, "w5close")) {
      while (opened > 0) close(many[--opened]);
    } else if (asked(line, "w5hs")) {
      for (; n < HANDSHAKES; n++) {
        int one = dial();
        call(one);
        close(one);
      }
    } else {
      size_t size = asked(line, "w1") ? 0 : asked(line, "w3s") ? 1024 : asked(line, "w3m") ? 65536 : 8 << 20;
      sequential(fd, size, seconds, frame, back);
      continue;
    }
    printf("{\"n\":%ld,\"secs\":%.9f}\n", n, now() - started);
  }
}

int main(int argc, char **argv) {
  memset(request, 'q', REQUEST);
  head(request, REQUEST, 'L');
  memset(reply, 'r', REPLY);
  head(reply, REPLY, 'L');
  if (argc > 1 && strcmp(argv[1], "server") == 0) server();
  const char *given = argc > 2 ? strstr(argv[2], "\"port\":") : NULL;
  if (given == NULL) return 2;
  port = atoi(given + 7);
  client();
  return 0;
}
