"""The peer's side on a graphics processor: the conversation of the CPU bench, with many steps to a call and its preparation apart.

A formulation gives an object with run(steps, samples), which trains so many steps and waits for their end, where samples is None (full batch),
[step][network][sample] or 'draw', and losses(). Of "time" the answer has "preparation" too: seconds that the first run took longer than the second.
"""
import gc
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../engine-cpu/bench/peers'))

from conversation import Peer  # noqa: E402


class DevicePeer(Peer):
    def __init__(self, formulations, steps_of_call):
        super().__init__(formulations)
        self.steps_of_call = steps_of_call

    def check(self, formulation):
        trained = self.formulations[formulation](self.workload, self.workload.networks)
        trained.run(self.workload.steps, self.workload.samples)
        return {'losses': [float(loss) for loss in trained.losses()]}

    def time(self, formulation, networks, seconds):
        samples = None if self.workload.samples is None else 'draw'
        key = formulation, networks
        if key not in self.ready:
            try:
                self.ready[key] = self.prepared(formulation, networks, samples)
            except Exception:  # what memory does not hold beside the others may fit alone
                self.ready.clear()
                gc.collect()
                self.ready[key] = self.prepared(formulation, networks, samples)
        trained, preparation = self.ready[key]
        steps = 0
        started = time.perf_counter()
        while steps == 0 or time.perf_counter() - started < seconds:
            trained.run(self.steps_of_call, samples)
            steps += self.steps_of_call
        return {'steps': steps, 'seconds': time.perf_counter() - started, 'preparation': preparation}

    def prepared(self, formulation, networks, samples):
        trained = self.formulations[formulation](self.workload, networks)
        took = []
        for _ in range(2):
            started = time.perf_counter()
            trained.run(self.steps_of_call, samples)
            took.append(time.perf_counter() - started)
        return trained, max(0.0, took[0] - took[1])
