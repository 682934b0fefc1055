"""Stacked networks in numpy on one thread, gradients by hand: matrix products, or elementwise with the network last."""
import math

import numpy as np

from conversation import Peer, blas

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class FlatAdam:
    """Adam for all parameters at once, into buffers that are there already."""

    def __init__(self, shapes, learning_rate):
        count = sum(math.prod(shape) for shape in shapes)
        self.parameters, self.gradients, self.first, self.second, self.scratch = np.zeros((5, count), np.float32)
        self.shapes, self.learning_rate, self.updates = shapes, learning_rate, 0

    def views(self, flat):
        ends = np.cumsum([math.prod(shape) for shape in self.shapes])
        return [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), self.shapes)]

    def update(self):
        self.updates += 1
        root = math.sqrt(1 - BETA2 ** self.updates)
        rate = self.learning_rate * root / (1 - BETA1 ** self.updates)
        p, g, m, v, s = self.parameters, self.gradients, self.first, self.second, self.scratch
        m *= np.float32(BETA1)
        m += np.multiply(g, np.float32(1 - BETA1), out=s)
        v *= np.float32(BETA2)
        np.multiply(g, g, out=s)
        v += np.multiply(s, np.float32(1 - BETA2), out=s)
        np.sqrt(v, out=s)
        s += np.float32(EPSILON * root)
        np.divide(m, s, out=s)
        p -= np.multiply(s, np.float32(rate), out=s)


class Stacked:
    """What both share. `order` puts [network][unit] into the order of the formulation."""

    def __init__(self, work, networks):
        self.work, self.networks = work, networks
        layers = [(self.order(w), self.order(b)) for w, b in work.layers(networks)]
        shapes = [array.shape for layer in layers for array in layer]
        self.adam = FlatAdam(shapes, work.learning_rate)
        views, gradients = self.adam.views(self.adam.parameters), self.adam.views(self.adam.gradients)
        for view, array in zip(views, (array for layer in layers for array in layer)):
            view[...] = array
        self.weights, self.biases = views[0::2], views[1::2]
        self.weight_gradients, self.bias_gradients = gradients[0::2], gradients[1::2]
        self.everything = self.select(np.broadcast_to(np.arange(work.points), (networks, work.points)))
        self.random = np.random.default_rng(1)

    def select(self, indices):
        return tuple(np.ascontiguousarray(self.order(table[indices].transpose(0, 2, 1)))
                     for table in (self.work.inputs, self.work.targets))

    def batch(self, samples):
        if samples is None:
            return self.everything
        if isinstance(samples, str):
            samples = self.random.integers(self.work.points, size=(self.networks, self.work.batch))
        return self.select(samples)

    def forward(self, x):
        values = [x]
        for layer in range(len(self.weights)):
            z = self.affine(layer, values[-1])
            values.append(np.maximum(z, 0, out=z) if layer + 1 < len(self.weights) else z)
        return values

    def step(self, samples):
        x, y = self.batch(samples)
        values = self.forward(x)
        delta = values[-1]
        delta -= y
        delta *= np.float32(2 / (self.work.batch * self.work.sizes[-1]))
        for layer in reversed(range(len(self.weights))):
            incoming = self.backward(layer, values[layer], delta)
            if layer > 0:
                delta = np.multiply(incoming, values[layer] > 0, out=incoming)
        self.adam.update()


class MatrixProducts(Stacked):
    """Weights [network][output][input], values [network][unit][sample]."""

    def order(self, array):
        return array

    def affine(self, layer, h):
        z = np.matmul(self.weights[layer], h)
        z += self.biases[layer][:, :, None]
        return z

    def backward(self, layer, h, delta):
        np.matmul(delta, h.transpose(0, 2, 1), out=self.weight_gradients[layer])
        np.sum(delta, axis=2, out=self.bias_gradients[layer])
        return np.matmul(self.weights[layer].transpose(0, 2, 1), delta) if layer > 0 else None

    def losses(self):
        x, y = self.everything
        return ((self.forward(x)[-1] - y) ** 2).mean(axis=(1, 2))


class Elementwise(Stacked):
    """Weights [output][input][network], values [unit][sample][network]."""

    def order(self, array):
        return np.moveaxis(array, 0, -1)

    def affine(self, layer, h):
        w = self.weights[layer]
        z = w[:, 0, None] * h[0]
        for k in range(1, w.shape[1]):
            z += w[:, k, None] * h[k]
        z += self.biases[layer][:, None]
        return z

    def backward(self, layer, h, delta):
        w = self.weights[layer]
        for k in range(w.shape[1]):
            np.sum(delta * h[k], axis=1, out=self.weight_gradients[layer][:, k])
        np.sum(delta, axis=1, out=self.bias_gradients[layer])
        if layer == 0:
            return None
        incoming = w[0, :, None] * delta[0]
        for j in range(1, w.shape[0]):
            incoming += w[j, :, None] * delta[j]
        return incoming

    def losses(self):
        x, y = self.everything
        return ((self.forward(x)[-1] - y) ** 2).mean(axis=(0, 1))


FORMULATIONS = {'matmul, by hand': MatrixProducts, 'elementwise, by hand': Elementwise}

Peer(FORMULATIONS).serve(f'numpy {np.__version__} ({blas()})')
