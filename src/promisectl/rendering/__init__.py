"""What people see. Renderers return text or tables; the commands print them."""
