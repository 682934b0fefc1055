import { describe, expect, it } from 'vitest'
import { surfaceFormat } from './surface-format.ts'

describe('surfaceFormat', () => {
  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8', 'json'],
    ['text/csv', 'csv'],
    ['TEXT/CSV; charset=utf-8', 'csv'],
    ['image/*', 'svg'],
    ['image/png, image/svg+xml;q=0.9', 'png'],
    ['image/*;q=0.5, image/png;q=0.1', 'svg'],
    ['text/csv;q=0, text/*', 'table'],
    ['application/json;q=0.1, text/csv;q=0.2', 'csv'],
    ['application/vnd.apache.parquet', 'parquet'],
  ])('takes Accept: %s as %s', (accept, format) => {
    expect(surfaceFormat(undefined, accept)).toBe(format)
  })

  it('prefers the format that is named', () => {
    expect(surfaceFormat('png', 'text/csv')).toBe('png')
  })

  it.each(['text/html', 'application/json;q=0', '*/*;q=0.000'])('refuses Accept: %s', (accept) => {
    expect(() => surfaceFormat(undefined, accept)).toThrow(/accepted: application\/json, text\/csv/)
  })
})
