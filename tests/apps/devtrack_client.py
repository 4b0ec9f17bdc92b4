"""A client of devtrack in another language: waits for one trigger on the control socket and answers it."""
import http.client, json, socket, sys


class Socket(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


path, answer = sys.argv[1:]
events = Socket(path)
events.request("GET", "/api/devtrack/stream")
stream = events.getresponse()
print("listening", flush=True)
for line in stream:
    if line.startswith(b"data: "):
        trigger = json.loads(line[6:])
        break
client = Socket(path)
client.request("POST", f"/api/devtrack/triggers/{trigger['id']}/answer", json.dumps({"answer": answer}))
reply = client.getresponse()
print(json.dumps({"code": reply.status, "trigger": json.loads(reply.read())}), flush=True)
