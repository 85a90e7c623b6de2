/** The colours of our scenes: few, calm, and apart for colour-blind eyes (Okabe and Ito's, softened). */
export const palette = {
  paper: '#fbfaf7',
  ink: '#2b2d33',
  faint: '#d9d6cd',
  grey: '#8d8f96',
  blue: '#2f6f9f',
  sky: '#8fbfdc',
  orange: '#d9822b',
  green: '#4c9a6a',
  red: '#c8503c',
  sand: '#e9dfc7',
} as const
