"""Pictures with a label: drawn, worn, read by the product, and judged against what they hold."""
