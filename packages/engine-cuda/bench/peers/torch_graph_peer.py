"""PyTorch, stacked networks: several steps captured into one CUDA graph, eager or through torch.compile (`torch_graph_peer.py gpu` or `cpu`).

On a processor, for tests, the same steps are called one by one.
"""
import sys

PLATFORM = sys.argv[1]
STEPS_OF_CALL = int(sys.argv[2])

import device_conversation  # noqa: E402
import torch  # noqa: E402
from torch_elementwise import Elementwise  # noqa: E402
from torch_stacked import BETA1, BETA2, EPSILON, BmmAutograd, BmmByHand, FlatAdam  # noqa: E402

DEVICE = 'cuda' if PLATFORM == 'gpu' else 'cpu'
WARM_UP_STEPS = 3
# Tensor cores would round factors to 11 bits: none of the losses compared would pass.
torch.backends.cuda.matmul.allow_tf32 = False


class CapturableAdam(FlatAdam):
    """The number of the update is on the device, where a captured graph counts it."""

    def __init__(self, shapes, learning_rate, device):
        super().__init__(shapes, learning_rate, device)
        self.updates = torch.zeros((), device=device)

    def update(self):
        self.updates.add_(1)
        root = (1 - BETA2 ** self.updates).sqrt()
        rate = self.learning_rate * root / (1 - BETA1 ** self.updates)
        self.first.mul_(BETA1).add_(self.gradients, alpha=1 - BETA1)
        self.second.mul_(BETA2).addcmul_(self.gradients, self.gradients, value=1 - BETA2)
        torch.sqrt(self.second, out=self.scratch).add_(EPSILON * root)
        torch.div(self.first, self.scratch, out=self.scratch)
        self.parameters.sub_(self.scratch.mul_(rate))


class FusedAdam(FlatAdam):
    """PyTorch's own kernel for all of it, on one flat tensor."""

    def __init__(self, shapes, learning_rate, device):
        super().__init__(shapes, learning_rate, device)
        self.parameters.grad = self.gradients
        self.optimizer = torch.optim.Adam([self.parameters], lr=learning_rate, betas=(BETA1, BETA2), eps=EPSILON, fused=True, capturable=True)
        # Without a gradient this moves nothing; its moments exist from here on, as tensors that any mode of autograd may change.
        self.optimizer.step()
        self.reset()

    def reset(self):
        for tensor in self.optimizer.state[self.parameters].values():
            tensor.zero_()

    def update(self):
        self.optimizer.step()


class ElementwiseAutograd(BmmAutograd):
    """Products and sums that a compiler fuses, backwards by autograd."""

    def forward(self, x):
        values = [x]
        for layer, (w, b) in enumerate(zip(self.weights, self.biases)):
            z = (w[:, :, :, None] * values[-1][:, None]).sum(2) + b
            values.append(torch.relu(z) if layer + 1 < len(self.weights) else z)
        return values


def compiled(base):
    """The same with its loss, and so the gradient too, through the compiler: of the values in between it keeps what it wants."""

    class Compiled(base):
        def __init__(self, work, networks, device):
            super().__init__(work, networks, device)
            self.total = torch.compile(lambda x, y: ((self.forward(x)[-1] - y) ** 2).mean(dim=(1, 2)).sum())

        def step(self, samples):
            self.total(*self.batch(samples)).backward()
            with torch.no_grad():
                self.adam.update()
                self.adam.gradients.zero_()

    return Compiled


def capturable(base):
    """The same, with many steps to a call: on a graphics processor one graph that is captured once and replayed."""

    class Capturable(base):
        adam_type = FusedAdam if DEVICE == 'cuda' else CapturableAdam

        def __init__(self, work, networks):
            super().__init__(work, networks, DEVICE)
            self.graph = self.captured = self.static = None

        def run(self, steps, samples):
            key = steps, samples if isinstance(samples, str) else id(samples)
            if self.captured != key:
                self.static = None if samples is None or isinstance(samples, str) else torch.from_numpy(samples).to(DEVICE)
                self.graph = self.capture(steps, samples) if DEVICE == 'cuda' else None
                self.captured = key
            if self.graph is None:
                self.steps(steps, samples)
            else:
                self.graph.replay()
                torch.cuda.synchronize()

        def steps(self, count, samples):
            for step in range(count):
                self.step(samples if self.static is None else self.static[step])

        def capture(self, steps, samples):
            """Warming up trains the networks a little: what they were is put back, for the losses that are compared."""
            kept = self.adam.parameters.clone()
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                self.steps(WARM_UP_STEPS, samples)
            torch.cuda.current_stream().wait_stream(side)
            with torch.no_grad():
                self.adam.parameters.copy_(kept)
                self.adam.gradients.zero_()
                self.adam.reset()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                self.steps(steps, samples)
            return graph

    return Capturable


# What needs no compiler comes first, then what is likely the fastest: the time for trying is bounded.
FORMULATIONS = {
    'bmm, by hand': capturable(BmmByHand),
    'elementwise, by hand': capturable(Elementwise),
}
if hasattr(torch, 'compile') and DEVICE == 'cuda':
    FORMULATIONS['elementwise, torch.compile'] = capturable(compiled(ElementwiseAutograd))
    FORMULATIONS['bmm, torch.compile'] = capturable(compiled(BmmAutograd))
FORMULATIONS['bmm, autograd'] = capturable(BmmAutograd)
if DEVICE == 'cuda' and not torch.cuda.is_available():
    raise SystemExit('PyTorch finds no graphics processor: python3 -m pip install torch, in a build for CUDA')
NAME = torch.cuda.get_device_name() if DEVICE == 'cuda' else 'processor'
device_conversation.DevicePeer(FORMULATIONS, STEPS_OF_CALL).serve(f'PyTorch {torch.__version__} ({NAME})')
