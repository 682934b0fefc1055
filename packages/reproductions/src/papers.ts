import type { Paper } from './target.ts'

export const LU_2018: Paper = {
  authors: 'Lu, Su, Karniadakis',
  year: 2018,
  title: 'Collapse of Deep and Narrow Neural Nets',
  arxiv: '1808.04947',
}

export const LU_2020: Paper = {
  authors: 'Lu, Shin, Su, Karniadakis',
  year: 2020,
  title: 'Dying ReLU and Initialization: Theory and Numerical Examples',
  arxiv: '1903.06733',
}

export const CHERIDITO_2021: Paper = {
  authors: 'Cheridito, Jentzen, Rossmannek',
  year: 2021,
  title: 'Non-convergence of stochastic gradient descent in the training of deep neural networks',
  arxiv: '2006.07075',
}

export const MAENNEL_2018: Paper = {
  authors: 'Maennel, Bousquet, Gelly',
  year: 2018,
  title: 'Gradient Descent Quantizes ReLU Network Features',
  arxiv: '1803.08367',
}

export const KARNER_2024: Paper = {
  authors: 'Karner, Kazeev, Petersen',
  year: 2024,
  title: 'Limitations of neural network training due to numerical instability of backpropagation',
  arxiv: '2210.00805',
}

export const HANIN_2019: Paper = {
  authors: 'Hanin, Rolnick',
  year: 2019,
  title: 'Complexity of Linear Regions in Deep Networks',
  arxiv: '1901.09021',
}

/** Of every target of the two papers on dying networks: we know their numbers from abstracts and reviews. */
export const LU_SOURCE = 'numbers as quoted in the abstracts and in reviews of the two papers; their tables were not at hand'

/** What stands behind every reference of the kind `simulated`. */
export const SIMULATION_SOURCE = 'simulated references: an independent program of the same protocol, made without this code'

export const TELGARSKY_2015: Paper = {
  authors: 'Telgarsky',
  year: 2015,
  title: 'Representation Benefits of Deep Feedforward Networks',
  arxiv: '1509.08101',
}
