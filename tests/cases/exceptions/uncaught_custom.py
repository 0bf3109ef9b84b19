class PaymentError(Exception):
    def __init__(self, amount):
        super().__init__(f"cannot pay {amount}")

print("before")
try:
    raise PaymentError(5)
finally:
    print("cleanup")
