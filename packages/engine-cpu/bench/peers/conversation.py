"""The peer's side of the benchmark: requests on stdin, answers on stdout, one JSON object a line.

{"op": "load", "folder"}                                   -> {}
{"op": "check", "formulation"}                             -> {"losses": [one a network, after the workload's steps]}
{"op": "time", "formulation", "networks", "seconds"}       -> {"steps", "seconds"}: whole steps of all networks
Whatever goes wrong is answered as {"error"}.
"""
import json
import sys
import time

from workload import Workload

WARM_UP_STEPS = 3


def blas():
    """The BLAS this process has loaded: the reference one is ten times slower than the others."""
    try:
        with open('/proc/self/maps', encoding='utf8') as file:
            loaded = file.read().lower()
    except OSError:
        return 'unknown BLAS'
    names = {'openblas': 'OpenBLAS', 'mkl': 'MKL', 'blis': 'BLIS', 'libblas': 'reference BLAS: apt-get install libopenblas0'}
    return next((name for part, name in names.items() if part in loaded), 'no BLAS')


class Peer:
    """formulations: name -> function of (workload, number of networks) that gives an object with
    step(samples), where samples is None (full batch), [network][sample] or 'draw', and losses()."""

    def __init__(self, formulations):
        self.formulations = formulations
        self.workload = None
        self.ready = {}  # (formulation, networks) -> what is trained on, so that each round goes on where the last ended

    def load(self, folder):
        self.workload = Workload(folder)
        self.ready = {}
        return {}

    def check(self, formulation):
        work = self.workload
        trained = self.formulations[formulation](work, work.networks)
        for step in range(work.steps):
            trained.step(None if work.samples is None else work.samples[step])
        return {'losses': [float(loss) for loss in trained.losses()]}

    def time(self, formulation, networks, seconds):
        samples = None if self.workload.samples is None else 'draw'
        trained = self.ready.get((formulation, networks))
        if trained is None:
            trained = self.ready[formulation, networks] = self.formulations[formulation](self.workload, networks)
            for _ in range(WARM_UP_STEPS):
                trained.step(samples)
        steps = 0
        started = time.perf_counter()
        while steps == 0 or time.perf_counter() - started < seconds:
            trained.step(samples)
            steps += 1
        return {'steps': steps, 'seconds': time.perf_counter() - started}

    def answer(self, request):
        operation = {'load': self.load, 'check': self.check, 'time': self.time}[request.pop('op')]
        try:
            return operation(**request)
        except Exception as error:  # whatever a library raises belongs into the table
            return {'error': f'{type(error).__name__}: {error}'}

    def serve(self, version):
        print(json.dumps({'version': version, 'formulations': list(self.formulations)}), flush=True)
        for line in sys.stdin:
            print(json.dumps(self.answer(json.loads(line))), flush=True)
