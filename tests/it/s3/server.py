# One request at a time: moto looks whether a condition holds and writes after that, and other requests would come between.
from moto.s3.models import s3_backends
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

s3_backends["123456789012"]["aws"].create_bucket("team", "us-east-1")
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=False)
print(server.port, flush=True)
server.serve_forever()
