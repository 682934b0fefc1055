"""Writes normalized-training-float64.json: training traces by PyTorch of what training-float64.json does not cover.

    python3 test/golden/normalized-training.py > test/golden/normalized-training-float64.json
"""
import json
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

ACTIVATIONS = {'relu': torch.nn.ReLU, 'selu': torch.nn.SELU, 'tanh': torch.nn.Tanh, 'gelu': torch.nn.GELU,
               'leaky-relu': lambda: torch.nn.LeakyReLU(0.01), 'elu': torch.nn.ELU}

# Biases in front of a batch normalization have no gradient but rounding errors, which Adam would turn into updates of full
# size: these cases are trained by sgd.
CASES = [
    dict(name='selu-adam', activation='selu', loss='mse', optimizer=dict(kind='adam', lr=2e-3), width=4, hiddenLayers=3),
    dict(name='selu-2d-momentum', activation='selu', loss='mae', optimizer=dict(kind='sgd', lr=5e-3, momentum=0.9),
         width=9, hiddenLayers=2, inputDim=2, outputs=2),
    dict(name='relu-huber-sgd', activation='relu', loss='huber', huberDelta=0.25, optimizer=dict(kind='sgd', lr=2e-2),
         width=5, hiddenLayers=2),
    dict(name='tanh-huber-adam', activation='tanh', loss='huber', huberDelta=1.0, optimizer=dict(kind='adam', lr=3e-3),
         width=3, hiddenLayers=4),
    dict(name='relu-batch-sgd', activation='relu', normalization='batch', loss='mse',
         optimizer=dict(kind='sgd', lr=2e-2), width=4, hiddenLayers=3, points=40),
    dict(name='tanh-batch-momentum', activation='tanh', normalization='batch', loss='mse',
         optimizer=dict(kind='sgd', lr=1e-2, momentum=0.9), width=9, hiddenLayers=2, inputDim=2, points=21),
    dict(name='gelu-batch-huber', activation='gelu', normalization='batch', loss='huber', huberDelta=0.5,
         optimizer=dict(kind='sgd', lr=1e-2, momentum=0.9), width=2, hiddenLayers=6),
    dict(name='relu-layer-adam', activation='relu', normalization='layer', loss='mse',
         optimizer=dict(kind='adam', lr=2e-3), width=4, hiddenLayers=3, points=40),
    dict(name='leaky-layer-sgd', activation='leaky-relu', leak=0.01, normalization='layer', loss='mse',
         optimizer=dict(kind='sgd', lr=1e-2), width=8, hiddenLayers=3, outputs=2),
    dict(name='elu-layer-mae', activation='elu', normalization='layer', loss='mae',
         optimizer=dict(kind='adam', lr=2e-3), width=3, hiddenLayers=2),
]


def network(case, sizes):
    affine, norms, parts = [], [], []
    for l, (i, o) in enumerate(zip(sizes, sizes[1:])):
        affine.append(torch.nn.Linear(i, o))
        torch.nn.init.normal_(affine[-1].weight, std=(2 / i) ** 0.5)
        torch.nn.init.normal_(affine[-1].bias, std=0.3)
        parts.append(affine[-1])
        if l == len(sizes) - 2:
            break
        kind = case.get('normalization')
        if kind is not None:
            norms.append(torch.nn.BatchNorm1d(o) if kind == 'batch' else torch.nn.LayerNorm(o))
            torch.nn.init.normal_(norms[-1].weight, mean=1, std=0.2)
            torch.nn.init.normal_(norms[-1].bias, std=0.2)
            parts.append(norms[-1])
        parts.append(ACTIVATIONS[case['activation']]())
    ordered = [p for layer in affine + norms for p in (layer.weight, layer.bias)]
    return torch.nn.Sequential(*parts), ordered


def trace(case):
    case = dict(inputDim=1, outputs=1, points=16, steps=40) | case
    sizes = [case['inputDim']] + [case['width']] * case['hiddenLayers'] + [case.pop('outputs')]
    x = (torch.rand(case['points'], sizes[0]) - 0.5) * 3.4
    y = torch.stack([x.norm(dim=1) * (j + 1) - 0.4 * j for j in range(sizes[-1])], dim=1)
    model, parameters = network(case, sizes)
    loss = {'mse': torch.nn.MSELoss(), 'mae': torch.nn.L1Loss(),
            'huber': torch.nn.HuberLoss(delta=case.get('huberDelta', 1.0))}[case['loss']]
    kind, lr = case['optimizer']['kind'], case['optimizer']['lr']
    optimizer = (torch.optim.Adam(model.parameters(), lr=lr) if kind == 'adam' else
                 torch.optim.SGD(model.parameters(), lr=lr, momentum=case['optimizer'].get('momentum', 0)))
    listed = lambda: [p.detach().clone().tolist() for p in parameters]
    result = case | dict(sizes=sizes, x=x.tolist(), y=y.tolist(), initial=listed(), lossTrace=[])
    for _ in range(case['steps']):
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        if not result['lossTrace']:
            result['firstGradient'] = [p.grad.tolist() for p in parameters]
        result['lossTrace'].append(value.item())
        optimizer.step()
    result['lossTrace'].append(loss(model(x), y).item())
    result['final'] = listed()
    return result


torch.manual_seed(20261121)
about = (f'Full-batch training traces by PyTorch {torch.__version__}, float64, CPU. Parameters alternate weight [out][in], '
         'bias [out], of the affine layers; then weight [unit], bias [unit] of the normalizations. Batch normalization '
         'is in training mode throughout: biased variance of the batch, eps 1e-5.')
print(json.dumps(dict(about=about, cases=[trace(case) for case in CASES])))
