"""JAX: a scan over the steps of a training, all networks at once, compiled as a whole (`jax_peer.py gpu` or `jax_peer.py cpu`).

Three formulations of a layer, of which the fastest is taken: a matrix product under vmap; a product and a sum under vmap, which XLA fuses into one loop;
and the same with the network as the last, contiguous dimension.
"""
import os
import sys

PLATFORM = sys.argv[1]
STEPS_OF_CALL = int(sys.argv[2])
# Other peers and ours share the device's memory.
os.environ.setdefault('XLA_PYTHON_CLIENT_PREALLOCATE', 'false')
if PLATFORM == 'cpu':
    os.environ['JAX_PLATFORMS'] = 'cpu'

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from jax import lax  # noqa: E402

from device_conversation import DevicePeer  # noqa: E402

# Tensor cores would round factors to 11 bits: none of the losses compared would pass.
jax.config.update('jax_default_matmul_precision', 'highest')
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
tree_map = jax.tree_util.tree_map


class Scanned:
    """Weights [network][output][input], values [network][unit][sample]; the losses' gradient by autograd, Adam by hand."""

    network_axis = 0

    def __init__(self, work, networks):
        self.work, self.networks = work, networks
        self.inputs, self.targets = jnp.asarray(work.inputs), jnp.asarray(work.targets)
        parameters = [tuple(self.order(jnp.asarray(array)) for array in layer) for layer in work.layers(networks)]
        zeros = tree_map(jnp.zeros_like, parameters)
        # The hardware's own generator, several times as fast as the default one.
        key = jax.random.key(1, impl='rbg')
        self.state = (parameters, zeros, tree_map(jnp.zeros_like, parameters), jnp.zeros(()), key)
        self.everything = self.select(jnp.broadcast_to(jnp.arange(work.points), (networks, work.points)))
        self.compiled = {}

    def order(self, array):
        return array

    def select(self, indices):
        """Inputs and targets of samples [network][sample], as [network][coordinate][sample]."""
        return tuple(self.order(jnp.swapaxes(table[indices], 1, 2)) for table in (self.inputs, self.targets))

    def layer(self, w, b, h):
        raise NotImplementedError

    def losses_of(self, parameters, x, y):
        """[network]"""
        return jax.vmap(self.loss_of_one)(parameters, x, y)

    def loss_of_one(self, parameters, x, y):
        h = x
        for number, (w, b) in enumerate(parameters):
            z = self.layer(w, b, h)
            h = jnp.maximum(z, 0) if number + 1 < len(parameters) else z
        return ((h - y) ** 2).mean()

    def gradient(self, parameters, x, y):
        # No loss depends on another network: the gradient of the sum is that of each.
        return jax.grad(lambda p: self.losses_of(p, x, y).sum())(parameters)

    def step(self, state, samples, draws):
        parameters, first, second, updates, key = state
        if draws:
            key, drawing = jax.random.split(key)
            samples = jax.random.randint(drawing, (self.networks, self.work.batch), 0, self.work.points)
        x, y = self.everything if samples is None else self.select(samples)
        gradient = self.gradient(parameters, x, y)
        updates = updates + 1
        first = tree_map(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradient)
        second = tree_map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradient)
        root = jnp.sqrt(1 - BETA2 ** updates)
        rate = self.work.learning_rate * root / (1 - BETA1 ** updates)
        parameters = tree_map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON * root), parameters, first, second)
        return parameters, first, second, updates, key

    def run(self, steps, samples):
        draws = isinstance(samples, str)
        given = None if draws or samples is None else jnp.asarray(samples)
        key = steps, draws
        if key not in self.compiled:
            def train(state, given):
                return lax.scan(lambda carry, xs: (self.step(carry, xs, draws), None), state, given, length=steps)[0]
            self.compiled[key] = jax.jit(train, donate_argnums=0).lower(self.state, given).compile()
        self.state = jax.block_until_ready(self.compiled[key](self.state, given))

    def losses(self):
        return self.losses_of(self.state[0], *self.everything).tolist()


class MatrixProducts(Scanned):
    def layer(self, w, b, h):
        return w @ h + b[:, None]


class Fused(Scanned):
    def layer(self, w, b, h):
        return (w[:, :, None] * h[None]).sum(1) + b[:, None]


class NetworkLast(Scanned):
    """Weights [output][input][network], values [unit][sample][network]."""

    def order(self, array):
        return jnp.moveaxis(array, 0, -1)

    def layer(self, w, b, h):
        return (w[:, :, None] * h[None]).sum(1) + b[:, None]

    def select(self, indices):
        return tuple(jnp.transpose(table[indices], (2, 1, 0)) for table in (self.inputs, self.targets))

    def losses_of(self, parameters, x, y):
        h = x
        for number, (w, b) in enumerate(parameters):
            z = self.layer(w, b, h)
            h = jnp.maximum(z, 0) if number + 1 < len(parameters) else z
        return ((h - y) ** 2).mean(axis=(0, 1))


# Which are likely the fastest for narrow networks come first: the time for trying is bounded.
FORMULATIONS = {
    'vmap(scan), elementwise': Fused,
    'scan, elementwise, network last': NetworkLast,
    'vmap(scan), matmul': MatrixProducts,
}

if PLATFORM == 'gpu' and jax.default_backend() != 'gpu':
    raise SystemExit(f"JAX finds no graphics processor, only {jax.devices()}: python3 -m pip install 'jax[cuda13]'")
DevicePeer(FORMULATIONS, STEPS_OF_CALL).serve(f'JAX {jax.__version__} ({jax.devices()[0].device_kind})')
