"""Structure of arrays in PyTorch: the network is the last dimension, a matrix product is a few elementwise calls. The
fastest formulation for narrow networks, where a matrix product of two rows costs more in overhead than in arithmetic."""
import torch

from torch_stacked import Stacked


class Elementwise(Stacked):
    """Weights [output][input][network], values [unit][sample][network]; gradients by hand."""

    def parameter_shapes(self):
        for inputs, outputs in zip(self.work.sizes, self.work.sizes[1:]):
            yield (outputs, inputs, self.networks)
            yield (outputs, self.networks)

    def arranged_weights(self, weights):
        return weights.permute(1, 2, 0)

    def arranged_biases(self, biases):
        return biases.permute(1, 0)

    def select(self, indices):
        by_sample = indices.transpose(0, 1)
        return (self.inputs[by_sample].permute(2, 0, 1).contiguous(), self.targets[by_sample].permute(2, 0, 1).contiguous())

    def losses(self):
        with torch.no_grad():
            x, y = self.everything
            return ((self.forward(x)[-1] - y) ** 2).mean(dim=(0, 1)).tolist()

    def forward(self, x):
        values = [x]
        for layer, (w, b) in enumerate(zip(self.weights, self.biases)):
            h = values[-1]
            z = torch.addcmul(b[:, None], w[:, 0, None], h[0])
            for k in range(1, w.shape[1]):
                z.addcmul_(w[:, k, None], h[k])
            values.append(z.relu_() if layer + 1 < len(self.weights) else z)
        return values

    def step(self, samples):
        with torch.inference_mode():
            x, y = self.batch(samples)
            values = self.forward(x)
            delta = values[-1].sub_(y).mul_(2 / (y.shape[0] * y.shape[1]))
            for layer in reversed(range(len(self.weights))):
                w, h = self.weights[layer], values[layer]
                torch.sum(delta, 1, out=self.bias_gradients[layer])
                for k in range(w.shape[1]):
                    self.weight_gradients[layer][:, k].copy_((delta * h[k]).sum(1))
                if layer > 0:
                    incoming = w[0, :, None] * delta[0]
                    for j in range(1, w.shape[0]):
                        incoming.addcmul_(w[j, :, None], delta[j])
                    delta = torch.ops.aten.threshold_backward(incoming, h, 0)
            self.adam.update()
