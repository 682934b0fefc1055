"""PyTorch on one thread, stacked (`torch_peer.py stacked`) or one network at a time (`torch_peer.py single`)."""
import sys

import torch

from conversation import Peer, blas
from torch_elementwise import Elementwise
from torch_single import OneAtATime
from torch_stacked import BmmAutograd, BmmByHand

STACKED = {'bmm, autograd': BmmAutograd, 'bmm, by hand': BmmByHand, 'elementwise, by hand': Elementwise}
SINGLE = {'nn.Sequential, optim.Adam': OneAtATime}

torch.set_num_threads(1)
Peer(STACKED if sys.argv[1] == 'stacked' else SINGLE).serve(f'PyTorch {torch.__version__} ({blas()})')
