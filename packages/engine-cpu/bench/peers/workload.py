"""What the benchmark hands to a peer: one folder with a manifest and raw little-endian arrays."""
import json
import os

import numpy as np


class Workload:
    """The networks, points and samples that every peer trains, all in binary32.

    sizes    layer sizes [inputs, width, ..., outputs]
    initial  [network][parameter]: layer by layer, weights [output][input], then biases
    inputs   [point][input], targets [point][output]
    samples  [step][network][sample], indices of points, or None for the full batch
    """

    def __init__(self, folder):
        with open(os.path.join(folder, 'manifest.json'), encoding='utf8') as file:
            manifest = json.load(file)
        read = lambda name, dtype: np.fromfile(os.path.join(folder, name), dtype=dtype)
        self.sizes = manifest['sizes']
        self.learning_rate = manifest['learningRate']
        self.steps = manifest['steps']
        self.networks = manifest['networks']
        self.points = manifest['points']
        self.batch = manifest['batch']  # samples of a step
        self.initial = read('initial.f32', np.float32).reshape(self.networks, -1)
        self.inputs = read('inputs.f32', np.float32).reshape(self.points, self.sizes[0])
        self.targets = read('targets.f32', np.float32).reshape(self.points, self.sizes[-1])
        self.samples = None
        if manifest['minibatch']:
            self.samples = read('samples.u32', np.uint32).astype(np.int64).reshape(self.steps, self.networks, self.batch)

    def layers(self, networks):
        """Weights [network][output][input] and biases [network][output] of each layer, the networks over and over."""
        rows = self.initial[np.arange(networks) % self.networks]
        at = 0
        for inputs, outputs in zip(self.sizes, self.sizes[1:]):
            yield (rows[:, at:at + inputs * outputs].reshape(networks, outputs, inputs),
                   rows[:, at + inputs * outputs:at + (inputs + 1) * outputs])
            at += (inputs + 1) * outputs
