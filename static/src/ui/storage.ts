// What the page remembers in this browser. Where storage is switched off it remembers nothing.

const PREFIX = 'vigiroute.';

export function stored(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function store(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Then it is not remembered.
  }
}
