"""Stacked networks in PyTorch: [network] is a dimension of every tensor. Three formulations, each as fast as it was
found to go: parameters, moments and gradients lie in one flat tensor each, so that Adam is six calls for all networks."""
import math

import torch

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class FlatAdam:
    """Adam for every parameter at once, with as few passes over memory as its elementwise calls allow."""

    def __init__(self, shapes, learning_rate, device):
        count = sum(math.prod(shape) for shape in shapes)
        # One tensor each: autograd counts the changes of a tensor and of all that share its memory together.
        self.parameters, self.gradients, self.first, self.second, self.scratch = (torch.zeros(count, device=device) for _ in range(5))
        self.shapes = shapes
        self.learning_rate = learning_rate
        self.updates = 0

    def views(self, flat):
        at = 0
        for shape in self.shapes:
            count = math.prod(shape)
            yield flat[at:at + count].view(shape)
            at += count

    def update(self):
        self.updates += 1
        root = math.sqrt(1 - BETA2 ** self.updates)
        self.first.mul_(BETA1).add_(self.gradients, alpha=1 - BETA1)
        self.second.mul_(BETA2).addcmul_(self.gradients, self.gradients, value=1 - BETA2)
        torch.sqrt(self.second, out=self.scratch).add_(EPSILON * root)
        rate = self.learning_rate * root / (1 - BETA1 ** self.updates)
        self.parameters.addcdiv_(self.first, self.scratch, value=-rate)


class Stacked:
    """What the formulations share: samples [network][coordinate][sample]; weights [network][output][input]."""

    adam_type = FlatAdam

    def __init__(self, work, networks, device='cpu'):
        self.work, self.networks, self.device = work, networks, device
        self.inputs = torch.from_numpy(work.inputs).to(device)
        self.targets = torch.from_numpy(work.targets).to(device)
        self.adam = self.adam_type(list(self.parameter_shapes()), work.learning_rate, device)
        views = list(self.adam.views(self.adam.parameters))
        self.weights, self.biases = views[0::2], views[1::2]
        gradients = list(self.adam.views(self.adam.gradients))
        self.weight_gradients, self.bias_gradients = gradients[0::2], gradients[1::2]
        for layer, (weights, biases) in enumerate(work.layers(networks)):
            self.weights[layer].copy_(self.arranged_weights(torch.from_numpy(weights.copy())))
            self.biases[layer].copy_(self.arranged_biases(torch.from_numpy(biases.copy())))
        self.everything = self.select(torch.arange(work.points, device=device).expand(networks, work.points))

    def parameter_shapes(self):
        for inputs, outputs in zip(self.work.sizes, self.work.sizes[1:]):
            yield (self.networks, outputs, inputs)
            yield (self.networks, outputs, 1)

    def arranged_weights(self, weights):
        return weights

    def arranged_biases(self, biases):
        return biases[:, :, None]

    def select(self, indices):
        """Inputs and targets of samples [network][sample]."""
        return (self.inputs[indices].transpose(1, 2).contiguous(), self.targets[indices].transpose(1, 2).contiguous())

    def batch(self, samples):
        if samples is None:
            return self.everything
        if isinstance(samples, str):
            return self.select(torch.randint(self.work.points, (self.networks, self.work.batch), device=self.device))
        return self.select(samples if torch.is_tensor(samples) else torch.from_numpy(samples))

    def losses(self):
        with torch.no_grad():
            x, y = self.everything
            return ((self.forward(x)[-1] - y) ** 2).mean(dim=(1, 2)).tolist()

    def forward(self, x):
        """Values of every layer, the last one without activation."""
        values = [x]
        for layer, (w, b) in enumerate(zip(self.weights, self.biases)):
            z = torch.baddbmm(b, w, values[-1])
            values.append(z.relu_() if layer + 1 < len(self.weights) else z)
        return values


class BmmAutograd(Stacked):
    """What most would write: batched matrix products, and autograd backwards."""

    def __init__(self, work, networks, device='cpu'):
        super().__init__(work, networks, device)
        for parameter, gradient in zip(self.weights + self.biases, self.weight_gradients + self.bias_gradients):
            parameter.requires_grad_(True)
            parameter.grad = gradient

    def step(self, samples):
        x, y = self.batch(samples)
        ((self.forward(x)[-1] - y) ** 2).mean(dim=(1, 2)).sum().backward()
        with torch.no_grad():
            self.adam.update()
            self.adam.gradients.zero_()


class BmmByHand(Stacked):
    """Batched matrix products, gradients written into place by hand."""

    def step(self, samples):
        with torch.inference_mode():
            x, y = self.batch(samples)
            values = self.forward(x)
            delta = values[-1].sub_(y).mul_(2 / (y.shape[1] * y.shape[2]))
            for layer in reversed(range(len(self.weights))):
                torch.bmm(delta, values[layer].transpose(1, 2), out=self.weight_gradients[layer])
                torch.sum(delta, 2, keepdim=True, out=self.bias_gradients[layer])
                if layer > 0:
                    incoming = torch.bmm(self.weights[layer].transpose(1, 2), delta)
                    delta = torch.ops.aten.threshold_backward(incoming, values[layer], 0)
            self.adam.update()
