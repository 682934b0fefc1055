"""One network at a time, as most experiments are written: nn.Sequential and optim.Adam."""
import torch
from torch import nn


class OneAtATime:
    """Trains its networks one after another; a step is one step of each."""

    def __init__(self, work, networks):
        self.work = work
        self.inputs, self.targets = torch.from_numpy(work.inputs), torch.from_numpy(work.targets)
        self.models = [self.model_of(network) for network in range(networks)]
        self.optimizers = [torch.optim.Adam(model.parameters(), lr=work.learning_rate) for model in self.models]

    def model_of(self, network):
        modules = []
        for weights, biases in self.work.layers(self.work.networks):
            layer = nn.Linear(weights.shape[2], weights.shape[1])
            layer.weight.data.copy_(torch.from_numpy(weights[network % self.work.networks].copy()))
            layer.bias.data.copy_(torch.from_numpy(biases[network % self.work.networks].copy()))
            modules += [layer, nn.ReLU()]
        return nn.Sequential(*modules[:-1])

    def batch(self, network, samples):
        if samples is None:
            return self.inputs, self.targets
        drawn = isinstance(samples, str)
        rows = torch.randint(self.work.points, (self.work.batch,)) if drawn else torch.from_numpy(samples[network])
        return self.inputs[rows], self.targets[rows]

    def step(self, samples):
        for network, (model, optimizer) in enumerate(zip(self.models, self.optimizers)):
            x, y = self.batch(network, samples)
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()
            optimizer.step()

    def losses(self):
        with torch.no_grad():
            return [nn.functional.mse_loss(model(self.inputs), self.targets).item() for model in self.models]
